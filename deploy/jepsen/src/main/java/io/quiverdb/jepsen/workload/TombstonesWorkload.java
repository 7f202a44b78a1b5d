package io.quiverdb.jepsen.workload;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import java.util.List;
import java.util.random.RandomGenerator;

/// Points that are inserted, deleted and inserted again, scanned and searched for: what was deleted
/// must not come back.
public final class TombstonesWorkload implements Workload {
  private static final String NAME = "tombstones";
  private static final int IDS = 60;
  private static final int DELETES_OF_A_HUNDRED = 45;
  private static final int K = 10;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(QuiverClient operator, Session session) {
    var _ = operator.createCollection(NAME, Schema.l2(Searches.DIMENSION));
  }

  @Override
  public Client client(int number, RandomGenerator random) {
    return new TombstonesClient(number, random);
  }

  @Override
  public void conclude(Session session) {
    var _ = Scans.scan(session, NAME);
    var _ = Searches.search(session, NAME, new float[Searches.DIMENSION], 10 * IDS, true);
  }

  @Override
  public List<String> checkers() {
    return List.of("tombstones");
  }

  private static final class TombstonesClient implements Client {
    private final int number;
    private final RandomGenerator random;
    private long serial;

    TombstonesClient(int number, RandomGenerator random) {
      this.number = number;
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      if (random.nextInt(100) >= load.writePercent()) {
        return read(session);
      }
      // Each client has ids of its own, so that an insert is never after another's delete by
      // chance.
      var id = "t" + number + "-" + random.nextInt(IDS);
      return random.nextInt(100) < DELETES_OF_A_HUNDRED
          ? Registers.delete(session, NAME, id)
          : Searches.upsert(session, NAME, id, number + "-" + serial++, Searches.vector(random));
    }

    private boolean read(Session session) {
      return random.nextInt(10) == 0
          ? Scans.scan(session, NAME)
          : Searches.search(session, NAME, Searches.vector(random), K, true);
    }
  }
}
