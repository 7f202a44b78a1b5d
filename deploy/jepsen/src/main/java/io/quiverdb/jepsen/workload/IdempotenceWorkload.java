package io.quiverdb.jepsen.workload;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Counters that are incremented by writing one more than was read, if nothing has changed
/// meanwhile; every such request is sent again, at once and much later, word for word. What was
/// acknowledged must add up.
public final class IdempotenceWorkload implements Workload {
  private static final String NAME = "idempotence";
  private static final int COUNTERS = 5;
  private static final int REPEATS_OF_A_HUNDRED = 50;
  private static final String POINTS = "/v1/collections/" + NAME + "/points";

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
    return new CountingClient(random);
  }

  @Override
  public void conclude(Session session) {
    for (int counter = 0; counter < COUNTERS; counter++) {
      var _ = Registers.read(session, NAME, "c" + counter);
    }
  }

  @Override
  public List<String> checkers() {
    return List.of("idempotence");
  }

  /// A request as it was first sent.
  private record Request(String counter, String id, String body) {}

  private static final class CountingClient implements Client {
    private final RandomGenerator random;
    private final List<Request> sent = new ArrayList<>();
    private Optional<RestDoor> door = Optional.empty();

    CountingClient(RandomGenerator random) {
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      if (!sent.isEmpty() && random.nextInt(100) < REPEATS_OF_A_HUNDRED) {
        // Of any age, as often as not the last one.
        int which = random.nextBoolean() ? sent.size() - 1 : random.nextInt(sent.size());
        return send(session, sent.get(which));
      }
      return increment(session, "c" + random.nextInt(COUNTERS));
    }

    private boolean increment(Session session, String counter) {
      var known = new ArrayList<RestDoor.Response>();
      var read =
          session.ask(
              NAME,
              counter,
              new Operation.Read(),
              _ -> {
                var response =
                    door(session).post(POINTS + "/get", "{\"ids\": [\"" + counter + "\"]}");
                known.add(response);
                return Reply.of(new Answer.Value(point(response).map(IdempotenceWorkload::value)));
              });
      if (read.isEmpty()) {
        return false;
      }
      var request = request(counter, known.getFirst());
      sent.add(request);
      return send(session, request);
    }

    private boolean send(Session session, Request request) {
      return session
          .ask(
              NAME,
              request.counter,
              new Operation.Increment(1),
              request.id,
              _ -> reply(door(session).post(POINTS, request.body)))
          .isPresent();
    }

    private Request request(String counter, RestDoor.Response read) {
      var point = point(read);
      long next = point.map(IdempotenceWorkload::value).map(Long::parseLong).orElse(0L) + 1;
      var condition =
          point.map(found -> "\"version\": " + found.get("version")).orElse("\"absent\": true");
      // Of the client's own randomness, so that the seed fixes it.
      var id = new UUID(random.nextLong(), random.nextLong()).toString();
      var body =
          """
          {"points": [{"id": "%s", "vector": [0], "payload": {"v": "%d"}, "precondition": {%s}}], \
          "options": {"request_id": "%s", "seen": %s}}\
          """
              .formatted(counter, next, condition, id, positions(read));
      return new Request(counter, id, body);
    }

    private RestDoor door(Session session) {
      var opened = door.orElseGet(() -> new RestDoor(session.address()));
      door = Optional.of(opened);
      return opened;
    }
  }

  /// The point that a get found.
  @SuppressWarnings("unchecked")
  private static Optional<Map<String, Object>> point(RestDoor.Response response) {
    requireGood(response);
    var points = (List<Map<String, Object>>) response.document().getOrDefault("points", List.of());
    return points.stream().findFirst();
  }

  @SuppressWarnings("unchecked")
  private static String value(Map<String, Object> point) {
    return String.valueOf(((Map<String, Object>) point.getOrDefault("payload", Map.of())).get("v"));
  }

  /// What a get has shown of the shards, as JSON again.
  @SuppressWarnings("unchecked")
  private static String positions(RestDoor.Response response) {
    var positions =
        (List<Map<String, Object>>) response.document().getOrDefault("positions", List.of());
    return positions.stream().map(IdempotenceWorkload::json).toList().toString();
  }

  private static String json(Map<String, Object> numbers) {
    return numbers.entrySet().stream()
        .map(member -> "\"" + member.getKey() + "\": " + member.getValue())
        .toList()
        .toString()
        .replace('[', '{')
        .replace(']', '}');
  }

  /// Of a conditional write, or of its repetition.
  private static Reply reply(RestDoor.Response response) {
    if (response.text("code").equals("PRECONDITION_FAILED")
        && response.text("reason").equals("precondition")) {
      return Reply.of(new Answer.Mismatch());
    }
    requireGood(response);
    return Reply.of(new Answer.Done());
  }

  /// An expired request was not applied by this attempt, whatever became of earlier ones.
  private static void requireGood(RestDoor.Response response) {
    if (!response.good()) {
      boolean unknown =
          response.text("code").equals("OUTCOME_UNKNOWN")
              && !response.text("reason").equals("expired");
      throw new UnansweredException(
          response.text("code") + ": " + response.text("detail"), unknown);
    }
  }
}
