package io.quiverdb.jepsen.history;

import java.util.Optional;

/// One operation from its invocation to its end.
///
/// @param completion empty while the operation is in flight
/// @param invokedAt place of the invocation among the events of the history
/// @param completedAt place of the completion, or [#NEVER]
public record Call(
    Event.Invoke invoke, Optional<Event.Completion> completion, int invokedAt, int completedAt) {
  public static final int NEVER = Integer.MAX_VALUE;

  public String collection() {
    return invoke.collection();
  }

  public String key() {
    return invoke.key();
  }

  public Operation operation() {
    return invoke.operation();
  }

  /// The answer, if the operation is known to have taken place.
  public Optional<Answer> answer() {
    return completion.flatMap(
        end -> end instanceof Event.Ok ok ? Optional.of(ok.answer()) : Optional.empty());
  }

  /// What came with the answer.
  public Witness witness() {
    return completion.orElse(null) instanceof Event.Ok ok ? ok.witness() : Witness.NONE;
  }

  /// Known never to have taken place.
  public boolean isFailed() {
    return completion.filter(Event.Fail.class::isInstance).isPresent();
  }

  /// Nobody knows whether it has taken place, or will.
  public boolean isOpen() {
    return answer().isEmpty() && !isFailed();
  }

  /// Whether it was over, whatever its end, before the other began.
  public boolean precedes(Call other) {
    return completedAt < other.invokedAt;
  }

  /// The call as it stood just before the event at `place`: in flight if it ended later, empty if
  /// it began later.
  public Optional<Call> before(int place) {
    if (invokedAt >= place) {
      return Optional.empty();
    }
    return Optional.of(
        completedAt < place ? this : new Call(invoke, Optional.empty(), invokedAt, NEVER));
  }

  /// One line for people: `12..15 process 3 of n1 on set/k: Write[value=4] -> Done[]`, without what
  /// is unknown.
  @Override
  public String toString() {
    String end =
        switch (completion.orElse(null)) {
          case null -> "in flight";
          case Event.Ok ok ->
              ok.witness().isNone()
                  ? ok.answer().toString()
                  : ok.answer() + " as of " + ok.witness();
          case Event.Fail fail -> ("fail " + fail.error()).strip();
          case Event.Info info -> ("info " + info.error()).strip();
        };
    String until = completedAt == NEVER ? "" : String.valueOf(completedAt);
    String node = invoke.node().isEmpty() ? "" : " of " + invoke.node();
    String where = invoke.collection().isEmpty() ? "" : " on " + place(invoke);
    String attempt = invoke.request().isEmpty() ? "" : " attempt at " + invoke.request();
    return "%d..%s process %d%s%s%s: %s -> %s"
        .formatted(invokedAt, until, invoke.process(), node, where, attempt, operation(), end);
  }

  private static String place(Event.Invoke invoke) {
    return invoke.key().isEmpty() ? invoke.collection() : invoke.collection() + "/" + invoke.key();
  }
}
