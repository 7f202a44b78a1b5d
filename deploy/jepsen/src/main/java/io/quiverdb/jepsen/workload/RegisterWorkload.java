package io.quiverdb.jepsen.workload;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.jepsen.workload.Registers.Known;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Single points that are read, overwritten, overwritten on a condition and deleted, a few at a
/// time, so that operations meet. A key is given up before it has more operations than can be
/// judged.
public final class RegisterWorkload implements Workload {
  private static final String NAME = "register";
  private static final int KEYS_AT_A_TIME = 6;
  private static final int OPERATIONS_PER_KEY = 120;

  private final AtomicLong operations = new AtomicLong();

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
    return new RegisterClient(number, random);
  }

  @Override
  public void conclude(Session session) {
    for (int key = 0; key < KEYS_AT_A_TIME; key++) {
      var _ = Registers.read(session, NAME, key(generation(), key));
    }
  }

  @Override
  public List<String> checkers() {
    return List.of("linearizable");
  }

  private long generation() {
    return operations.get() / (KEYS_AT_A_TIME * OPERATIONS_PER_KEY);
  }

  private static String key(long generation, int key) {
    return "k" + generation + "-" + key;
  }

  private final class RegisterClient implements Client {
    private final int number;
    private final RandomGenerator random;
    private final Map<String, Known> known = new HashMap<>();
    private long serial;

    RegisterClient(int number, RandomGenerator random) {
      this.number = number;
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      long _ = operations.incrementAndGet();
      var key = key(generation(), random.nextInt(KEYS_AT_A_TIME));
      if (random.nextInt(100) >= load.writePercent()) {
        var found = Registers.read(session, NAME, key);
        found.ifPresent(register -> known.put(key, register));
        return found.isPresent();
      }
      var remembered = known.remove(key);
      return switch (random.nextInt(8)) {
        case 0 -> Registers.delete(session, NAME, key);
        case 1, 2, 3 -> overwrite(session, key);
        default ->
            remembered == null ? overwrite(session, key) : compareAndSet(session, key, remembered);
      };
    }

    private boolean overwrite(Session session, String key) {
      var value = nextValue();
      return Registers.write(session, NAME, Values.point(key, value, 0), value);
    }

    private boolean compareAndSet(Session session, String key, Known remembered) {
      var value = nextValue();
      return Registers.compareAndSet(session, NAME, remembered, Values.point(key, value, 0), value);
    }

    private String nextValue() {
      return number + "-" + serial++;
    }
  }
}
