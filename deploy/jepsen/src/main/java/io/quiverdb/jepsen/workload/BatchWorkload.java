package io.quiverdb.jepsen.workload;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Groups of points of one shard that are always written together and read together.
public final class BatchWorkload implements Workload {
  private static final String NAME = "batch";
  private static final int GROUPS = 4;
  private static final int GROUP_POINTS = 5;

  private final List<List<String>> groups = new ArrayList<>();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(QuiverClient operator, Session session) {
    var collection = operator.createCollection(NAME, Schema.l2(1));
    for (int group = 0; group < GROUPS; group++) {
      groups.add(SameShard.ids(collection, "g" + group + "-", GROUP_POINTS));
    }
  }

  @Override
  public Client client(int number, RandomGenerator random) {
    return new BatchClient(number, random);
  }

  @Override
  public void conclude(Session session) {
    for (var group : groups) {
      var _ = readBatch(session, NAME, group);
    }
  }

  @Override
  public List<String> checkers() {
    return List.of("batch");
  }

  /// Reads points of one shard at one moment.
  ///
  /// @return those that are there
  static Optional<List<Entry>> readBatch(Session session, String collection, List<String> ids) {
    return session
        .ask(
            collection,
            new Operation.ReadBatch(ids),
            client ->
                Reply.of(
                    new Answer.Entries(
                        client.collection(collection).get(ids).stream()
                            .map(Values::entry)
                            .toList())))
        .map(reply -> ((Answer.Entries) reply.answer()).entries());
  }

  /// Writes the same value to points of one shard.
  static boolean writeBatch(Session session, String collection, List<String> ids, String value) {
    var points = ids.stream().map(id -> Values.point(id, value, 0)).toList();
    return session
        .ask(
            collection,
            new Operation.WriteBatch(ids.stream().map(id -> new Entry(id, value)).toList()),
            client -> Reply.of(client.collection(collection).upsert(points)))
        .isPresent();
  }

  private final class BatchClient implements Client {
    private final int number;
    private final RandomGenerator random;
    private long serial;

    BatchClient(int number, RandomGenerator random) {
      this.number = number;
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      var group = groups.get(random.nextInt(groups.size()));
      if (random.nextInt(100) >= load.writePercent()) {
        return readBatch(session, NAME, group).isPresent();
      }
      return writeBatch(session, NAME, group, number + "-" + serial++);
    }
  }
}
