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
  private final InFlight inFlight = new InFlight();
  private final List<Event> events = new ArrayList<>();

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
    var invoke = new Event.Invoke(process, key, operation, nanoClock.getAsLong());
    record(invoke);
    return new Pending(invoke);
  }

  /// All that has happened so far; what is in flight is open in it.
  public synchronized History history() {
    return History.of(events);
  }

  private synchronized void record(Event event) {
    inFlight.accept(event);
    events.add(event);
    sink.accept(event);
  }

  private synchronized void complete(Event.Invoke invoke, Answer answer) {
    record(new Event.Ok(invoke, answer, nanoClock.getAsLong()));
  }

  private synchronized void fail(Event.Invoke invoke, String error) {
    record(new Event.Fail(invoke, error, nanoClock.getAsLong()));
  }

  private synchronized void info(Event.Invoke invoke, String error) {
    record(new Event.Info(invoke, error, nanoClock.getAsLong()));
  }

  /// An operation in flight, to be completed once. A second completion, or an answer that does not
  /// fit the operation, throws `IllegalArgumentException`. Never completed, it counts as info.
  public final class Pending {
    private final Event.Invoke invoke;

    private Pending(Event.Invoke invoke) {
      this.invoke = invoke;
    }

    /// A write, a delete or a compare-and-set did its work.
    public void ok() {
      complete(invoke, new Answer.Done());
    }

    /// A read saw `value`, empty when the key was absent.
    public void ok(Optional<String> value) {
      complete(invoke, new Answer.Value(value));
    }

    /// A compare-and-set saw another value than it expected. Only when the store compared: one that
    /// refused for any other reason is a [#fail].
    public void mismatch() {
      complete(invoke, new Answer.Mismatch());
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
