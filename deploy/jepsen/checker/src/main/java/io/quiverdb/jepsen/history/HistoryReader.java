package io.quiverdb.jepsen.history;

import io.quiverdb.jepsen.history.JsonLine.Element;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Reads what [HistoryWriter] wrote.
public final class HistoryReader {
  private final EventOrder order = new EventOrder();
  private final List<Event> events = new ArrayList<>();

  private HistoryReader() {}

  /// @param in left open
  /// @throws MalformedHistoryException if a line is no event of [HistoryFormat], or cannot follow
  ///   those before it
  public static History read(Reader in) throws IOException {
    var reader = new HistoryReader();
    var lines = new BufferedReader(in);
    int lineNumber = 1;
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      reader.add(lineNumber++, line);
    }
    return History.of(reader.events);
  }

  private void add(int lineNumber, String line) throws MalformedHistoryException {
    try {
      var event = event(JsonLine.parse(line));
      order.accept(event);
      events.add(event);
    } catch (IOException | IllegalArgumentException | ArithmeticException malformed) {
      throw new MalformedHistoryException(lineNumber, malformed);
    }
  }

  private Event event(JsonLine line) {
    long timeNanos = line.integer(HistoryFormat.TIME);
    var type = line.text(HistoryFormat.TYPE);
    return switch (type) {
      case HistoryFormat.INVOKE -> invoke(line, timeNanos);
      case HistoryFormat.OK -> {
        var invoke = invoked(line);
        var answer = ValueReader.answer(invoke.operation(), line);
        yield new Event.Ok(invoke, answer, witness(line), timeNanos);
      }
      case HistoryFormat.FAIL ->
          new Event.Fail(invoked(line), line.textOrEmpty(HistoryFormat.ERROR), timeNanos);
      case HistoryFormat.INFO ->
          new Event.Info(invoked(line), line.textOrEmpty(HistoryFormat.ERROR), timeNanos);
      case HistoryFormat.FAULT_STARTED -> new Event.FaultStarted(fault(line), timeNanos);
      case HistoryFormat.FAULT_ENDED -> {
        var fault = order.atWork(line.integer(HistoryFormat.FAULT));
        expect(line, HistoryFormat.F, fault.kind());
        yield new Event.FaultEnded(fault, line.textOrEmpty(HistoryFormat.ERROR), timeNanos);
      }
      default ->
          throw new IllegalArgumentException(
              "type: " + type + " (expected: invoke, ok, fail, info, fault-started, fault-ended)");
    };
  }

  private static Event.Invoke invoke(JsonLine line, long timeNanos) {
    var operation = ValueReader.operation(line);
    return new Event.Invoke(
        line.integer(HistoryFormat.PROCESS),
        line.textOrEmpty(HistoryFormat.NODE),
        line.textOrEmpty(HistoryFormat.COLLECTION),
        operation instanceof Operation.OfKey
            ? line.text(HistoryFormat.KEY)
            : line.textOrEmpty(HistoryFormat.KEY),
        operation,
        line.textOrEmpty(HistoryFormat.REQUEST),
        timeNanos);
  }

  private Event.Invoke invoked(JsonLine line) {
    var invoke = order.inFlight(line.integer(HistoryFormat.PROCESS));
    expect(line, HistoryFormat.F, HistoryFormat.f(invoke.operation()));
    expect(
        HistoryFormat.COLLECTION, line.textOrEmpty(HistoryFormat.COLLECTION), invoke.collection());
    if (invoke.operation() instanceof Operation.OfKey) {
      expect(line, HistoryFormat.KEY, invoke.key());
    }
    return invoke;
  }

  private static Fault fault(JsonLine line) {
    return new Fault(
        line.integer(HistoryFormat.FAULT),
        line.text(HistoryFormat.F),
        line.itemsOrNone(HistoryFormat.NODES).stream()
            .map(node -> JsonLine.text(HistoryFormat.NODES, node))
            .toList(),
        line.textOrEmpty(HistoryFormat.VALUE));
  }

  private static Witness witness(JsonLine line) {
    return new Witness(
        line.itemsOrNone(HistoryFormat.AT).stream().map(HistoryReader::position).toList(),
        line.has(HistoryFormat.VERSION)
            ? OptionalLong.of(line.integer(HistoryFormat.VERSION))
            : OptionalLong.empty());
  }

  private static Witness.Position position(Element element) {
    var items = JsonLine.items(HistoryFormat.AT, element, 3, 3, "[shard, term, index]");
    return new Witness.Position(
        Math.toIntExact(JsonLine.integer(HistoryFormat.AT, items.get(0))),
        JsonLine.integer(HistoryFormat.AT, items.get(1)),
        JsonLine.integer(HistoryFormat.AT, items.get(2)));
  }

  private static void expect(JsonLine line, String name, String expected) {
    expect(name, line.text(name), expected);
  }

  private static void expect(String name, String actual, String expected) {
    if (!actual.equals(expected)) {
      throw new IllegalArgumentException(
          name + ": " + actual + " (expected: " + expected + ", as invoked)");
    }
  }
}
