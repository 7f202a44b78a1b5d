package io.quiverdb.jepsen.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Writes down what concurrent processes do. Call [#invoke] before a request is sent and complete
/// what it gives after the reply, so that the operation took place between its two events:
///
/// ```java
/// var pending = recorder.invoke(process, "k", new Operation.Write("1"));
/// try {
///   client.put("k", "1");
///   pending.ok();
/// } catch (RefusedException refused) {
///   pending.fail(refused.getMessage());
/// } catch (OutcomeUnknownException unknown) {
///   pending.info(unknown.getMessage());
///   process += processCount; // a process never comes back after an info
/// }
/// ```
///
/// Safe for use by many threads.
public final class HistoryRecorder {
  private final LongSupplier nanoClock;
  private final Consumer<Event> sink;
  private final EventOrder order = new EventOrder();
  private final List<Event> events = new ArrayList<>();
  private long lastFaultId;

  /// @param nanoClock the time of each event
  public HistoryRecorder(LongSupplier nanoClock) {
    this(nanoClock, _ -> {});
  }

  /// @param nanoClock the time of each event
  /// @param sink gets every event as it happens, one at a time and in order: [HistoryWriter#write]
  public HistoryRecorder(LongSupplier nanoClock, Consumer<Event> sink) {
    this.nanoClock = nanoClock;
    this.sink = sink;
  }

  /// @throws IllegalArgumentException if the process has an operation in flight or ended with info
  public synchronized Pending invoke(long process, String key, Operation operation) {
    return invoke(process, "", "", key, operation, "");
  }

  /// @param node the one asked; empty where unknown
  /// @param collection empty where there is only one
  /// @param key empty unless the operation asks about one key
  /// @param request the same in all attempts at one write; empty if this is the only one
  /// @throws IllegalArgumentException as above
  public synchronized Pending invoke(
      long process,
      String node,
      String collection,
      String key,
      Operation operation,
      String request) {
    var invoke =
        new Event.Invoke(process, node, collection, key, operation, request, nanoClock.getAsLong());
    record(invoke);
    return new Pending(invoke);
  }

  /// A fault is about to begin. To be called before the nemesis acts, so that what processes see of
  /// the fault comes after it.
  public synchronized ActiveFault startFault(String kind, List<String> nodes, String value) {
    var fault = new Fault(++lastFaultId, kind, nodes, value);
    record(new Event.FaultStarted(fault, nanoClock.getAsLong()));
    return new ActiveFault(fault);
  }

  /// All that has happened so far; what is in flight is open in it.
  public synchronized History history() {
    return History.of(events);
  }

  private synchronized void record(Event event) {
    order.accept(event);
    events.add(event);
    sink.accept(event);
  }

  private synchronized void complete(Event.Invoke invoke, Answer answer, Witness witness) {
    record(new Event.Ok(invoke, answer, witness, nanoClock.getAsLong()));
  }

  private synchronized void fail(Event.Invoke invoke, String error) {
    record(new Event.Fail(invoke, error, nanoClock.getAsLong()));
  }

  private synchronized void info(Event.Invoke invoke, String error) {
    record(new Event.Info(invoke, error, nanoClock.getAsLong()));
  }

  private synchronized void endFault(Fault fault, String error) {
    record(new Event.FaultEnded(fault, error, nanoClock.getAsLong()));
  }

  /// A fault at work, to be ended once.
  public final class ActiveFault {
    private final Fault fault;

    private ActiveFault(Fault fault) {
      this.fault = fault;
    }

    public void end() {
      end("");
    }

    /// @param error why it did not come about, or could not be ended
    public void end(String error) {
      endFault(fault, error);
    }
  }

  /// An operation in flight, to be completed once. A second completion, or an answer that does not
  /// fit the operation, throws `IllegalArgumentException`. Never completed, it counts as info.
  public final class Pending {
    private final Event.Invoke invoke;

    private Pending(Event.Invoke invoke) {
      this.invoke = invoke;
    }

    /// It wrote what it was to write.
    public void ok() {
      ok(new Answer.Done());
    }

    /// A read saw `value`, empty when the key was absent.
    public void ok(Optional<String> value) {
      ok(new Answer.Value(value));
    }

    public void ok(Answer answer) {
      ok(answer, Witness.NONE);
    }

    /// @param witness what the store told beside the answer
    public void ok(Answer answer, Witness witness) {
      complete(invoke, answer, witness);
    }

    /// A write found that its condition does not hold. Only when the store compared: one that
    /// refused for any other reason is a [#fail].
    public void mismatch() {
      ok(new Answer.Mismatch());
    }

    /// It is certain that it did not take place and never will.
    public void fail(String error) {
      HistoryRecorder.this.fail(invoke, error);
    }

    public void fail() {
      fail("");
    }

    /// It may have taken place, or may yet.
    public void info(String error) {
      HistoryRecorder.this.info(invoke, error);
    }

    public void info() {
      info("");
    }
  }
}
