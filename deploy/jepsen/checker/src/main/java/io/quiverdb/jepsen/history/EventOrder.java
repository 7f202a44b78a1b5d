package io.quiverdb.jepsen.history;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Keeps the rules of what may follow what: times never go back; Jepsen's rule of processes, one
/// operation at a time and none ever after an info; a fault ends once, after it has started.
final class EventOrder {
  private final Map<Long, Event.Invoke> invokes = new HashMap<>();
  private final Set<Long> retired = new HashSet<>();
  private final Map<Long, Fault> faults = new HashMap<>();
  private final Set<Long> faultIds = new HashSet<>();
  private long lastNanos = Long.MIN_VALUE;

  /// @throws IllegalArgumentException if the event breaks a rule; then nothing has changed
  void accept(Event event) {
    if (event.timeNanos() < lastNanos) {
      throw new IllegalArgumentException(
          "time: " + event.timeNanos() + " (expected: at least " + lastNanos + ", as before)");
    }
    switch (event) {
      case Event.Invoke invoke -> accept(invoke);
      case Event.Completion completion -> accept(completion);
      case Event.FaultStarted(var fault, _) -> {
        if (!faultIds.add(fault.id())) {
          throw new IllegalArgumentException("fault: " + fault.id() + " (expected: a new id)");
        }
        faults.put(fault.id(), fault);
      }
      case Event.FaultEnded(var fault, _, _) -> {
        if (!faults.remove(fault.id(), fault)) {
          throw new IllegalArgumentException(
              "fault: " + fault.id() + " (expected: one that is at work)");
        }
      }
    }
    lastNanos = event.timeNanos();
  }

  private void accept(Event.Invoke invoke) {
    if (retired.contains(invoke.process())) {
      throw new IllegalArgumentException(
          "process: " + invoke.process() + " (expected: a new one, this one ended with info)");
    }
    var busy = invokes.putIfAbsent(invoke.process(), invoke);
    if (busy != null) {
      throw new IllegalArgumentException(
          "process: " + invoke.process() + " (expected: one without an operation in flight)");
    }
  }

  private void accept(Event.Completion completion) {
    long process = completion.invoke().process();
    if (!invokes.remove(process, completion.invoke())) {
      throw new IllegalArgumentException(
          "process: " + process + " (expected: one with this operation in flight)");
    }
    if (completion instanceof Event.Info) {
      retired.add(process);
    }
  }

  /// What the process is doing.
  ///
  /// @throws IllegalArgumentException if it is doing nothing
  Event.Invoke inFlight(long process) {
    var invoke = invokes.get(process);
    if (invoke == null) {
      throw new IllegalArgumentException(
          "process: " + process + " (expected: one with an operation in flight)");
    }
    return invoke;
  }

  /// @throws IllegalArgumentException if no such fault is at work
  Fault atWork(long faultId) {
    var fault = faults.get(faultId);
    if (fault == null) {
      throw new IllegalArgumentException("fault: " + faultId + " (expected: one that is at work)");
    }
    return fault;
  }
}
