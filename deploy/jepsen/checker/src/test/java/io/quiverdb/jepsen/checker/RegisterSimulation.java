package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A register used by some processes at a time, in an order drawn at random. A call takes effect at
/// one moment between its events, never if it failed, and after an info at any later moment or
/// never. What it records is therefore linearizable, unless the register has bugs.
final class RegisterSimulation {
  private static final String KEY = "k";
  private static final int PROCESS_COUNT = 3;

  /// @param bugPercent how often a step goes wrong; 0 is a correct register
  record Settings(int callCount, int valueCount, int bugPercent) {}

  private sealed interface Phase {
    record Idle() implements Phase {}

    record Waiting(HistoryRecorder.Pending pending, Operation operation) implements Phase {}

    record Answered(HistoryRecorder.Pending pending, Answer answer) implements Phase {}
  }

  private final RandomGenerator random;
  private final Settings settings;
  private final HistoryRecorder recorder;
  private final List<Phase> phases = new ArrayList<>();
  private final List<Long> processes = new ArrayList<>();
  private final List<Operation> late = new ArrayList<>();
  private final List<Optional<String>> pastValues = new ArrayList<>();
  private long tick;
  private int callsLeft;

  RegisterSimulation(RandomGenerator random, Settings settings) {
    this.random = random;
    this.settings = settings;
    recorder = new HistoryRecorder(() -> tick++);
    callsLeft = settings.callCount();
    pastValues.add(Optional.empty());
    for (long process = 0; process < PROCESS_COUNT; process++) {
      processes.add(process);
      phases.add(new Phase.Idle());
    }
  }

  /// Some calls may be in flight at its end.
  History run() {
    while (callsLeft > 0 || percent(80)) {
      int slot = random.nextInt(PROCESS_COUNT);
      switch (phases.get(slot)) {
        case Phase.Idle() -> invoke(slot);
        case Phase.Waiting(var pending, var operation) -> act(slot, pending, operation);
        case Phase.Answered(var pending, var answer) -> complete(slot, pending, answer);
      }
      if (!late.isEmpty() && percent(20)) {
        apply(late.remove(random.nextInt(late.size())));
      }
    }
    return recorder.history();
  }

  private void invoke(int slot) {
    if (callsLeft > 0) {
      callsLeft--;
      var operation = operation();
      var pending = recorder.invoke(processes.get(slot), KEY, operation);
      phases.set(slot, new Phase.Waiting(pending, operation));
    }
  }

  private void act(int slot, HistoryRecorder.Pending pending, Operation operation) {
    switch (random.nextInt(12)) {
      case 0 -> {
        if (isBug()) {
          apply(operation); // a failed call took effect
        }
        pending.fail();
        phases.set(slot, new Phase.Idle());
      }
      case 1 -> {
        pending.info();
        late.add(operation);
        retire(slot);
      }
      default -> phases.set(slot, new Phase.Answered(pending, answer(operation)));
    }
  }

  private Answer answer(Operation operation) {
    if (!isBug()) {
      return apply(operation);
    }
    return switch (operation) {
      case Operation.Read() ->
          new Answer.Value(pastValues.get(random.nextInt(pastValues.size()))); // stale
      case Operation.Write(_), Operation.Delete() -> new Answer.Done(); // lost
      case Operation.CompareAndSet(_, _) ->
          random.nextBoolean() ? new Answer.Done() : new Answer.Mismatch(); // never compared
      default -> throw new AssertionError(operation);
    };
  }

  private void complete(int slot, HistoryRecorder.Pending pending, Answer answer) {
    if (percent(5)) {
      pending.info();
      retire(slot);
      return;
    }
    pending.ok(answer);
    phases.set(slot, new Phase.Idle());
  }

  private void retire(int slot) {
    phases.set(slot, new Phase.Idle());
    processes.set(slot, processes.get(slot) + PROCESS_COUNT);
  }

  private Answer apply(Operation operation) {
    var value = pastValues.getLast();
    return switch (operation) {
      case Operation.Read() -> new Answer.Value(value);
      case Operation.Write(var next) -> become(Optional.of(next));
      case Operation.Delete() -> become(Optional.empty());
      case Operation.CompareAndSet(var expected, var next) ->
          value.equals(expected) ? become(Optional.of(next)) : new Answer.Mismatch();
      default -> throw new AssertionError(operation);
    };
  }

  private Answer become(Optional<String> value) {
    pastValues.add(value);
    return new Answer.Done();
  }

  private Operation operation() {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> new Operation.Read();
      case 3, 4 -> new Operation.Write(value());
      case 5, 6 ->
          new Operation.CompareAndSet(
              percent(25) ? Optional.empty() : Optional.of(value()), value());
      default -> new Operation.Delete();
    };
  }

  private String value() {
    return String.valueOf(random.nextInt(settings.valueCount()));
  }

  private boolean isBug() {
    return percent(settings.bugPercent());
  }

  private boolean percent(int percent) {
    return random.nextInt(100) < percent;
  }
}
