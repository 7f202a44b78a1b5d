package io.quiverdb.jepsen.history;

/// One moment of a history: a process asks, or learns what became of its question; or a fault
/// begins or ends.
public sealed interface Event {
  /// Nanoseconds since some fixed moment, never less than those of the event before. The order of
  /// events is their order in the history; times are for people.
  long timeNanos();

  /// Something that a process did or saw.
  sealed interface OfProcess extends Event {
    /// The question this event belongs to; an invocation belongs to itself.
    Invoke invoke();
  }

  /// @param node the one asked; empty where unknown
  /// @param collection empty where there is only one
  /// @param key empty unless the operation asks about one key
  /// @param request the same in all attempts at one write, which together have one effect at most;
  ///   empty if this is the only one
  record Invoke(
      long process,
      String node,
      String collection,
      String key,
      Operation operation,
      String request,
      long timeNanos)
      implements OfProcess {
    public Invoke {
      if (!(operation instanceof Operation.OfKey) && !key.isEmpty()) {
        throw new IllegalArgumentException(
            "key: " + key + " (expected: none for " + operation + ")");
      }
    }

    public Invoke(long process, String key, Operation operation, long timeNanos) {
      this(process, "", "", key, operation, "", timeNanos);
    }

    @Override
    public Invoke invoke() {
      return this;
    }
  }

  /// The end of an operation as its process saw it.
  sealed interface Completion extends OfProcess {}

  /// It took place between its invocation and now. Only an answer that fits the operation is
  /// accepted.
  record Ok(Invoke invoke, Answer answer, Witness witness, long timeNanos) implements Completion {
    public Ok {
      if (!answer.fits(invoke.operation())) {
        throw new IllegalArgumentException(
            "answer: " + answer + " (expected: one to " + invoke.operation() + ")");
      }
    }

    public Ok(Invoke invoke, Answer answer, long timeNanos) {
      this(invoke, answer, Witness.NONE, timeNanos);
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

  /// Something that a nemesis did.
  sealed interface OfNemesis extends Event {
    Fault fault();
  }

  /// From now on, or a little before, the fault is at work.
  record FaultStarted(Fault fault, long timeNanos) implements OfNemesis {}

  /// The fault is over.
  ///
  /// @param error why it did not come about, or could not be ended; empty if all went well
  record FaultEnded(Fault fault, String error, long timeNanos) implements OfNemesis {}
}
