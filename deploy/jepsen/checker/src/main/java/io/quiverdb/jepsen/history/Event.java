package io.quiverdb.jepsen.history;

/// One moment of a history: a process asks, or learns what became of its question.
public sealed interface Event {
  /// The question this event belongs to; an invocation belongs to itself.
  Invoke invoke();

  /// Nanoseconds since some fixed moment. The order of events is their order in the history; times
  /// are for people.
  long timeNanos();

  record Invoke(long process, String key, Operation operation, long timeNanos) implements Event {
    @Override
    public Invoke invoke() {
      return this;
    }
  }

  /// The end of an operation as its process saw it.
  sealed interface Completion extends Event {}

  /// It took place between its invocation and now. Only an answer that fits the operation is
  /// accepted.
  record Ok(Invoke invoke, Answer answer, long timeNanos) implements Completion {
    public Ok {
      boolean fits =
          switch (invoke.operation()) {
            case Operation.Read() -> answer instanceof Answer.Value;
            case Operation.Write(_), Operation.Delete() -> answer instanceof Answer.Done;
            case Operation.CompareAndSet(_, _) -> !(answer instanceof Answer.Value);
          };
      if (!fits) {
        throw new IllegalArgumentException(
            "answer: " + answer + " (expected: one to " + invoke.operation() + ")");
      }
    }
  }

  /// It never took place and never will.
  ///
  /// @param error why, may be empty
  record Fail(Invoke invoke, String error, long timeNanos) implements Completion {}

  /// Its process gave up: it may have taken place, may yet at any later time, or may never.
  ///
  /// @param error why, may be empty
  @SuppressWarnings("AvoidCommonTypeNames") // Jepsen's word
  record Info(Invoke invoke, String error, long timeNanos) implements Completion {}
}
