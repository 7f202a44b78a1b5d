package io.quiverdb.jepsen.history;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Keeps Jepsen's rule of processes: one operation at a time, and none ever after an info.
final class InFlight {
  private final Map<Long, Event.Invoke> invokes = new HashMap<>();
  private final Set<Long> retired = new HashSet<>();

  /// @throws IllegalArgumentException if the event breaks the rule; then nothing has changed
  void accept(Event event) {
    long process = event.invoke().process();
    switch (event) {
      case Event.Invoke invoke -> {
        if (retired.contains(process)) {
          throw new IllegalArgumentException(
              "process: " + process + " (expected: a new one, this one ended with info)");
        }
        var busy = invokes.putIfAbsent(process, invoke);
        if (busy != null) {
          throw new IllegalArgumentException(
              "process: " + process + " (expected: one without an operation in flight)");
        }
      }
      case Event.Completion completion -> {
        if (!invokes.remove(process, completion.invoke())) {
          throw new IllegalArgumentException(
              "process: " + process + " (expected: one with this operation in flight)");
        }
        if (completion instanceof Event.Info) {
          retired.add(process);
        }
      }
    }
  }

  /// What the process is doing.
  ///
  /// @throws IllegalArgumentException if it is doing nothing
  Event.Invoke get(long process) {
    var invoke = invokes.get(process);
    if (invoke == null) {
      throw new IllegalArgumentException(
          "process: " + process + " (expected: one with an operation in flight)");
    }
    return invoke;
  }
}
