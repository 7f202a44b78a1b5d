package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Operation;
import java.util.Optional;

/// The sequential model: one key's value, empty when absent.
record Register(Optional<String> value) {
  static final Register ABSENT = new Register(Optional.empty());

  /// The register after the call took place, or empty if the call cannot have taken place here with
  /// the answer it got. An open compare-and-set that would change nothing is left out instead.
  Optional<Register> after(Call call) {
    return switch (call.operation()) {
      case Operation.Read() ->
          only(
              call.answer().isEmpty() || call.answer().get().equals(new Answer.Value(value)), this);
      case Operation.Write(var next) -> Optional.of(new Register(Optional.of(next)));
      case Operation.Delete() -> Optional.of(ABSENT);
      case Operation.CompareAndSet(var expected, var next) ->
          isMismatch(call)
              ? only(!value.equals(expected), this)
              : only(value.equals(expected), new Register(Optional.of(next)));
      default -> throw foreign(call);
    };
  }

  /// A read, or a compare-and-set that changed nothing: it needs others to explain it and explains
  /// none.
  static boolean isObservation(Call call) {
    return call.operation() instanceof Operation.Read || isMismatch(call);
  }

  static boolean isMismatch(Call call) {
    return call.answer().filter(Answer.Mismatch.class::isInstance).isPresent();
  }

  /// What the call leaves behind if it takes effect; none for an observation.
  static Optional<Register> target(Call call) {
    if (isObservation(call)) {
      return Optional.empty();
    }
    return switch (call.operation()) {
      case Operation.Read() -> Optional.empty();
      case Operation.Write(var next) -> Optional.of(new Register(Optional.of(next)));
      case Operation.Delete() -> Optional.of(ABSENT);
      case Operation.CompareAndSet(_, var next) -> Optional.of(new Register(Optional.of(next)));
      default -> throw foreign(call);
    };
  }

  /// What the register must hold for the call to have taken effect as answered, if that is one
  /// value.
  static Optional<Register> source(Call call) {
    return switch (call.operation()) {
      case Operation.Write(_), Operation.Delete() -> Optional.empty();
      case Operation.Read() ->
          call.answer()
              .flatMap(
                  answer ->
                      answer instanceof Answer.Value(var seen)
                          ? Optional.of(new Register(seen))
                          : Optional.empty());
      case Operation.CompareAndSet(var expected, _) ->
          isMismatch(call) ? Optional.empty() : Optional.of(new Register(expected));
      default -> throw foreign(call);
    };
  }

  private static IllegalArgumentException foreign(Call call) {
    return new IllegalArgumentException(
        "operation: " + call.operation() + " (expected: a read, write, compare-and-set or delete)");
  }

  private static Optional<Register> only(boolean legal, Register next) {
    return legal ? Optional.of(next) : Optional.empty();
  }
}
