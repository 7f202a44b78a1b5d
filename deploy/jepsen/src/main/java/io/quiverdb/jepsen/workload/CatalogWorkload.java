package io.quiverdb.jepsen.workload;

import io.quiverdb.client.CollectionInfo;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.Operation;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Collections that are created, filled, dropped and created again under the same few names.
public final class CatalogWorkload implements Workload {
  private static final String NAME = "catalogue";
  private static final int NAMES = 4;

  @Override
  public String name() {
    return NAME;
  }

  /// Those without a name ask about all.
  @Override
  public boolean owns(String collection) {
    return collection.isEmpty() || collection.startsWith(NAME + "-");
  }

  @Override
  public void prepare(QuiverClient operator, Session session) {}

  @Override
  public Client client(int number, RandomGenerator random) {
    return new CatalogClient(number, random);
  }

  @Override
  public void conclude(Session session) {
    list(session).stream()
        .flatMap(reply -> ((Answer.Entries) reply.answer()).entries().stream())
        .forEach(
            listed -> {
              var _ = Scans.scan(session, listed.id());
            });
  }

  @Override
  public List<String> checkers() {
    return List.of("catalogue");
  }

  private static String collection(int name) {
    return NAME + "-" + name;
  }

  private static Optional<Reply> list(Session session) {
    return session.ask(
        "",
        new Operation.ListCollections(),
        client ->
            Reply.of(
                new Answer.Entries(
                    client.collections().stream()
                        .filter(info -> isListed(info.name()))
                        .map(info -> new Entry(info.name(), String.valueOf(info.id())))
                        .toList())));
  }

  /// A listing is of all names that come and go, those of other workloads included.
  private static boolean isListed(String name) {
    return name.startsWith(NAME + "-") || new EraseWorkload().owns(name);
  }

  private static final class CatalogClient implements Client {
    private final int number;
    private final RandomGenerator random;
    private long serial;

    CatalogClient(int number, RandomGenerator random) {
      this.number = number;
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      var name = collection(random.nextInt(NAMES));
      if (random.nextInt(100) >= load.writePercent()) {
        return switch (random.nextInt(3)) {
          case 0 -> list(session).isPresent();
          case 1 -> exists(session, name);
          default -> Scans.scan(session, name);
        };
      }
      return switch (random.nextInt(6)) {
        case 0 -> create(session, name);
        case 1 -> drop(session, name);
        default -> insert(session, name);
      };
    }

    private static boolean create(Session session, String name) {
      return session
          .ask(
              name,
              new Operation.Create(),
              client -> {
                var _ = client.createCollection(name, Schema.l2(1));
                return Reply.of(new Answer.Done());
              })
          .isPresent();
    }

    private static boolean drop(Session session, String name) {
      return session
          .ask(
              name,
              new Operation.Drop(),
              client -> {
                client.dropCollection(name);
                return Reply.of(new Answer.Done());
              })
          .isPresent();
    }

    private static boolean exists(Session session, String name) {
      return session
          .ask(
              name,
              new Operation.Exists(),
              client ->
                  Reply.of(
                      new Answer.Value(
                          client.collections().stream()
                              .filter(info -> info.name().equals(name))
                              .map(CollectionInfo::id)
                              .map(String::valueOf)
                              .findFirst())))
          .isPresent();
    }

    private boolean insert(Session session, String name) {
      var id = "c" + number + "-" + serial++;
      return Registers.write(session, name, Values.point(id, id, 0), id);
    }
  }
}
