package io.quiverdb.jepsen.workload;

import io.quiverdb.client.Consistency;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.client.SessionToken;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;

/// Every client is a session: it writes keys of its own, reads them and those of others at level
/// SESSION from its node, whoever leads, and now and then takes over the token of another client,
/// which asks another node.
public final class SessionWorkload implements Workload {
  private static final String NAME = "session";
  private static final int KEYS_OF_A_SESSION = 3;
  private static final int JOINS_OF_A_HUNDRED = 10;
  private static final int OTHERS_OF_A_HUNDRED = 40;

  /// What each session has last handed out.
  private final Map<String, Handed> handed = new ConcurrentSkipListMap<>();

  /// @param operationCount answered operations of the session that the token covers
  private record Handed(SessionToken token, long operationCount, List<String> keys) {}

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
    return new SessionClient("s" + number, random);
  }

  /// One who takes over from all has to see what all have seen.
  @Override
  public void conclude(Session session) {
    var last = new SessionClient("last", new SplittableRandom(0));
    for (var other : handed.entrySet()) {
      var _ = last.join(session, other.getKey(), other.getValue());
      for (var key : other.getValue().keys()) {
        var _ = last.read(session, key);
      }
    }
  }

  @Override
  public List<String> checkers() {
    return List.of("session");
  }

  private final class SessionClient implements Client {
    private final String name;
    private final RandomGenerator random;
    private final String[] keys = new String[KEYS_OF_A_SESSION];
    private final List<String> foreign = new ArrayList<>();
    private long serial;
    private long answeredCount;

    SessionClient(String name, RandomGenerator random) {
      this.name = name;
      this.random = random;
      for (int place = 0; place < keys.length; place++) {
        renew(place);
      }
    }

    private void renew(int place) {
      keys[place] = "%s-%d-%d".formatted(name, place, serial++);
    }

    @Override
    public boolean step(Session session, Load load) {
      if (random.nextInt(100) < JOINS_OF_A_HUNDRED && joinsAny(session)) {
        return true;
      }
      boolean isAnswered =
          random.nextInt(100) < load.writePercent()
              ? write(session, random.nextInt(keys.length))
              : read(session, anyKey());
      return isAnswered;
    }

    private String anyKey() {
      return foreign.isEmpty() || random.nextInt(100) >= OTHERS_OF_A_HUNDRED
          ? keys[random.nextInt(keys.length)]
          : foreign.get(random.nextInt(foreign.size()));
    }

    private boolean joinsAny(Session session) {
      var others = handed.keySet().stream().filter(other -> !other.equals(name)).toList();
      if (others.isEmpty()) {
        return false;
      }
      var other = others.get(random.nextInt(others.size()));
      var token = handed.get(other);
      return token != null && join(session, other, token);
    }

    boolean join(Session session, String other, Handed token) {
      boolean isAnswered =
          session
              .ask(
                  NAME,
                  new Operation.SessionJoin(name, other, token.operationCount()),
                  client -> {
                    var _ = client.session().withToken(token.token());
                    return Reply.of(new Answer.Done());
                  })
              .isPresent();
      foreign.clear();
      foreign.addAll(token.keys());
      return answered(session, isAnswered);
    }

    private boolean write(Session session, int place) {
      var key = keys[place];
      var value = Long.toString(serial++);
      boolean isAnswered =
          session
              .ask(
                  NAME,
                  new Operation.SessionWrite(name, key, value),
                  client -> {
                    var _ = client.collection(NAME).upsert(Values.point(key, value, 0));
                    return Reply.of(new Answer.Done());
                  })
              .isPresent();
      if (!isAnswered) {
        // It may come yet, after those that follow.
        renew(place);
      }
      return answered(session, isAnswered);
    }

    boolean read(Session session, String key) {
      return answered(
          session,
          session
              .ask(
                  NAME,
                  new Operation.SessionRead(name, key),
                  client ->
                      Reply.of(
                          new Answer.Value(
                              client
                                  .collection(NAME)
                                  .at(Consistency.SESSION)
                                  .get(key)
                                  .map(Values::of))))
              .isPresent());
    }

    private boolean answered(Session session, boolean isAnswered) {
      if (isAnswered) {
        answeredCount++;
        handed.put(
            name,
            new Handed(session.client().session().token(), answeredCount, List.of(keys.clone())));
      }
      return isAnswered;
    }
  }
}
