package io.quiverdb.jepsen.workload;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import java.util.List;
import java.util.random.RandomGenerator;

/// Elements that are inserted once and never changed, scanned now and then and at the end.
public final class SetWorkload implements Workload {
  private static final String NAME = "set";
  private static final int SCANS_OF_A_THOUSAND = 10;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(QuiverClient operator, Session session) {
    var _ = operator.createCollection(NAME, Schema.l2(1));
  }

  @Override
  public Client client(int number, RandomGenerator random) {
    return new SetClient(number, random);
  }

  @Override
  public void conclude(Session session) {
    var _ = Scans.scan(session, NAME);
  }

  @Override
  public List<String> checkers() {
    return List.of("set");
  }

  private static final class SetClient implements Client {
    private final int number;
    private final RandomGenerator random;
    private long serial;

    SetClient(int number, RandomGenerator random) {
      this.number = number;
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      if (random.nextInt(1000) < SCANS_OF_A_THOUSAND) {
        return Scans.scan(session, NAME);
      }
      if (random.nextInt(100) >= load.writePercent()) {
        // An element of some client, which may be there or not.
        return Registers.read(
                session, NAME, element(random.nextInt(number + 1), random.nextLong(serial + 1)))
            .isPresent();
      }
      var element = element(number, serial++);
      return Registers.write(session, NAME, Values.point(element, "1", 0), "1");
    }

    private static String element(int client, long serial) {
      return "e" + client + "-" + serial;
    }
  }
}
