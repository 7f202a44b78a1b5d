package io.quiverdb.jepsen.workload;

import io.quiverdb.client.CollectionInfo;
import io.quiverdb.client.NotFoundException;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.client.Schema;
import io.quiverdb.client.ShredStatus;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/// Collections that are created, filled, shredded and created again under the same few names. To
/// whoever asks for them they are dropped; and when all faults are over, every node has to come to
/// say that it has nothing left of the last of each name. Its logs begin behind that one then, so
/// that nothing is left of earlier ones either.
public final class EraseWorkload implements Workload {
  private static final String NAME = "erase";
  private static final int NAMES = 4;
  private static final Duration ERASED_WITHIN = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(500);

  /// Names of which a shredding was asked for, whatever was heard of it.
  private final Set<String> shredded = ConcurrentHashMap.newKeySet();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean owns(String collection) {
    return collection.startsWith(NAME + "-");
  }

  @Override
  public void prepare(QuiverClient operator, Session session) {}

  @Override
  public Client client(int number, RandomGenerator random) {
    return new EraseClient(number, random);
  }

  @Override
  public void conclude(Session session) {
    // So that there is something to be erased, whatever became of those before.
    var last = NAME + "-" + NAMES;
    var _ = create(session, last);
    var _ = shred(session, last);
    for (var name : shredded) {
      var _ =
          session.ask(
              name,
              new Operation.Exists(),
              client -> {
                awaitErased(client, name);
                return Reply.of(new Answer.Value(id(client, name)));
              });
    }
  }

  /// @throws UnansweredException if it does not come to that
  private static void awaitErased(QuiverClient client, String name) {
    long begin = System.nanoTime();
    String last;
    do {
      try {
        var status = client.shredStatus(name);
        if (status.complete()) {
          return;
        }
        last = outstanding(status);
      } catch (NotFoundException _) {
        // None was begun.
        return;
      } catch (QuiverException e) {
        // The catalogue's leader changes in the course of it.
        last = String.valueOf(e.getMessage());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    } while (System.nanoTime() - begin < ERASED_WITHIN.toNanos());
    throw new UnansweredException("not erased: " + last, false);
  }

  private static String outstanding(ShredStatus status) {
    return status.nodes().stream().filter(node -> !node.complete()).toList().toString();
  }

  @Override
  public List<String> checkers() {
    return List.of("catalogue");
  }

  private static Optional<String> id(QuiverClient client, String name) {
    return client.collections().stream()
        .filter(info -> info.name().equals(name))
        .map(CollectionInfo::id)
        .map(String::valueOf)
        .findFirst();
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

  private boolean shred(Session session, String name) {
    shredded.add(name);
    return session
        .ask(
            name,
            new Operation.Drop(),
            client -> {
              var _ = client.shredCollection(name);
              return Reply.of(new Answer.Done());
            })
        .isPresent();
  }

  private final class EraseClient implements Client {
    private final int number;
    private final RandomGenerator random;
    private long serial;

    EraseClient(int number, RandomGenerator random) {
      this.number = number;
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      var name = NAME + "-" + random.nextInt(NAMES);
      if (random.nextInt(100) >= load.writePercent()) {
        return random.nextBoolean() ? exists(session, name) : Scans.scan(session, name);
      }
      return switch (random.nextInt(12)) {
        case 0, 1, 2 -> create(session, name);
        case 3 -> shred(session, name);
        default -> insert(session, name);
      };
    }

    private static boolean exists(Session session, String name) {
      return session
          .ask(name, new Operation.Exists(), client -> Reply.of(new Answer.Value(id(client, name))))
          .isPresent();
    }

    private boolean insert(Session session, String name) {
      var id = "e" + number + "-" + serial++;
      return Registers.write(session, name, Values.point(id, id, 0), id);
    }
  }
}
