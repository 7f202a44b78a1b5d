package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A correct store of registers under many processes, as large as a real run: keys are used some at
/// a time and then retired; some calls end with info and take effect late or never.
final class ManyKeysSimulation {
  /// @param keysAtATime of the processes, each goes to any of these
  /// @param infoPerMille of the calls
  record Settings(
      int callCount, int keyCount, int processCount, int keysAtATime, int infoPerMille) {}

  private record Running(HistoryRecorder.Pending pending, String key, Operation operation) {}

  private final RandomGenerator random;
  private final Settings settings;
  private final Map<String, String> values = new HashMap<>();
  private final List<Running> late = new ArrayList<>();
  private long tick;
  private long lastValue;

  ManyKeysSimulation(RandomGenerator random, Settings settings) {
    this.random = random;
    this.settings = settings;
  }

  History run() {
    var recorder = new HistoryRecorder(() -> tick++);
    var running = new ArrayList<Optional<Running>>();
    var done = new ArrayList<Boolean>();
    var processes = new ArrayList<Long>();
    for (long process = 0; process < settings.processCount(); process++) {
      running.add(Optional.empty());
      done.add(false);
      processes.add(process);
    }
    int started = 0;
    while (started < settings.callCount()) {
      int slot = random.nextInt(settings.processCount());
      var now = running.get(slot);
      if (now.isEmpty()) {
        running.set(slot, Optional.of(start(recorder, processes.get(slot), started++)));
        done.set(slot, false);
      } else if (random.nextInt(1000) < settings.infoPerMille()) {
        now.get().pending().info("timed out");
        if (!done.get(slot)) {
          late.add(now.get());
        }
        running.set(slot, Optional.empty());
        processes.set(slot, processes.get(slot) + settings.processCount());
      } else if (!done.get(slot)) {
        done.set(slot, true);
        if (!apply(now.get(), true)) {
          running.set(slot, Optional.empty());
        }
      } else {
        now.get().pending().ok();
        running.set(slot, Optional.empty());
      }
      if (!late.isEmpty() && random.nextInt(20) == 0) {
        apply(late.remove(random.nextInt(late.size())), false);
      }
    }
    return recorder.history();
  }

  private Running start(HistoryRecorder recorder, long process, int started) {
    long firstKey = (long) started * settings.keyCount() / settings.callCount();
    long keyIndex =
        Math.min(settings.keyCount() - 1L, firstKey + random.nextInt(settings.keysAtATime()));
    var key = "key-" + keyIndex;
    var held = Optional.ofNullable(values.get(key));
    Operation operation =
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3, 4 -> new Operation.Read();
          case 5, 6, 7 -> new Operation.Write(value());
          case 8 -> new Operation.CompareAndSet(held, value());
          default -> new Operation.Delete();
        };
    return new Running(recorder.invoke(process, key, operation), key, operation);
  }

  /// @return whether it has yet to be answered
  private boolean apply(Running call, boolean answered) {
    var held = Optional.ofNullable(values.get(call.key()));
    switch (call.operation()) {
      case Operation.Read() -> {
        if (answered) {
          call.pending().ok(held);
        }
        return false;
      }
      case Operation.Write(var value) -> values.put(call.key(), value);
      case Operation.Delete() -> values.remove(call.key());
      case Operation.CompareAndSet(var expected, var next) -> {
        if (!held.equals(expected)) {
          if (answered) {
            call.pending().mismatch();
          }
          return false;
        }
        values.put(call.key(), next);
      }
      default -> throw new AssertionError(call);
    }
    return true;
  }

  private String value() {
    return String.valueOf(++lastValue);
  }
}
