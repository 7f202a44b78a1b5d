package io.quiverdb.jepsen.history;

import io.quiverdb.jepsen.history.JsonLine.Element;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads what [ValueWriter] wrote.
final class ValueReader {
  private static final String ANSWERS = HistoryFormat.MISMATCH + " or nothing";

  private ValueReader() {}

  static Operation operation(JsonLine line) {
    var f = line.text(HistoryFormat.F);
    return switch (f) {
      case HistoryFormat.READ -> new Operation.Read();
      case HistoryFormat.DELETE -> new Operation.Delete();
      case HistoryFormat.WRITE -> new Operation.Write(line.text(HistoryFormat.VALUE));
      case HistoryFormat.UPSERT -> {
        var items = argument(line, 2, "[vector, value]");
        yield new Operation.Upsert(vector(items.get(0)), text(items.get(1)));
      }
      case HistoryFormat.CAS -> {
        var items = argument(line, 2, "[expected, next]");
        yield new Operation.CompareAndSet(
            JsonLine.textOrNull(HistoryFormat.VALUE, items.get(0)), text(items.get(1)));
      }
      case HistoryFormat.INCREMENT -> new Operation.Increment(line.integer(HistoryFormat.VALUE));
      case HistoryFormat.SCAN -> new Operation.Scan();
      case HistoryFormat.WRITE_BATCH ->
          new Operation.WriteBatch(entries(line.get(HistoryFormat.VALUE)));
      case HistoryFormat.READ_BATCH ->
          new Operation.ReadBatch(
              line.items(HistoryFormat.VALUE).stream().map(ValueReader::text).toList());
      case HistoryFormat.TRANSFER -> {
        var items = argument(line, 3, "[from, to, amount]");
        yield new Operation.Transfer(
            text(items.get(0)),
            text(items.get(1)),
            JsonLine.integer(HistoryFormat.VALUE, items.get(2)));
      }
      case HistoryFormat.SEARCH -> {
        var items = argument(line, 3, "[query, k, exact]");
        yield new Operation.Search(
            vector(items.get(0)),
            Math.toIntExact(JsonLine.integer(HistoryFormat.VALUE, items.get(1))),
            bool(items.get(2)));
      }
      case HistoryFormat.SESSION_WRITE -> {
        var items = argument(line, 3, "[session, key, value]");
        yield new Operation.SessionWrite(
            text(items.get(0)), text(items.get(1)), text(items.get(2)));
      }
      case HistoryFormat.SESSION_READ -> {
        var items = argument(line, 2, "[session, key]");
        yield new Operation.SessionRead(text(items.get(0)), text(items.get(1)));
      }
      case HistoryFormat.SESSION_JOIN -> {
        var items = argument(line, 3, "[session, other, operations]");
        yield new Operation.SessionJoin(
            text(items.get(0)),
            text(items.get(1)),
            JsonLine.integer(HistoryFormat.VALUE, items.get(2)));
      }
      case HistoryFormat.CREATE -> new Operation.Create();
      case HistoryFormat.DROP -> new Operation.Drop();
      case HistoryFormat.EXISTS -> new Operation.Exists();
      case HistoryFormat.LIST -> new Operation.ListCollections();
      default ->
          throw new IllegalArgumentException(
              "f: " + f + " (expected: read, write, cas, delete, … as of the format)");
    };
  }

  /// @param operation the one that is answered
  static Answer answer(Operation operation, JsonLine line) {
    return switch (operation) {
      case Operation.Read(), Operation.Exists(), Operation.SessionRead(_, _) ->
          new Answer.Value(JsonLine.textOrNull(HistoryFormat.VALUE, line.get(HistoryFormat.VALUE)));
      case Operation.Write(_),
          Operation.Upsert(_, _),
          Operation.Delete(),
          Operation.SessionWrite(_, _, _),
          Operation.SessionJoin(_, _, _) ->
          new Answer.Done();
      case Operation.CompareAndSet(_, _) -> swapped(line.text(HistoryFormat.VALUE));
      case Operation.Increment(_),
          Operation.WriteBatch(_),
          Operation.Transfer(_, _, _),
          Operation.Drop() ->
          line.has(HistoryFormat.VALUE)
              ? mismatch(line.get(HistoryFormat.VALUE))
              : new Answer.Done();
      case Operation.Create() ->
          line.has(HistoryFormat.VALUE)
              ? created(line.get(HistoryFormat.VALUE))
              : new Answer.Done();
      case Operation.Scan(), Operation.ReadBatch(_), Operation.ListCollections() ->
          new Answer.Entries(entries(line.get(HistoryFormat.VALUE)));
      case Operation.Search(_, _, _) ->
          new Answer.Hits(line.items(HistoryFormat.VALUE).stream().map(ValueReader::hit).toList());
    };
  }

  private static Answer swapped(String value) {
    return switch (value) {
      case HistoryFormat.SWAPPED -> new Answer.Done();
      case HistoryFormat.MISMATCH -> new Answer.Mismatch();
      default ->
          throw new IllegalArgumentException("value: " + value + " (expected: swapped, mismatch)");
    };
  }

  private static Answer mismatch(Element value) {
    if (value.equals(new JsonLine.Scalar(Optional.of(HistoryFormat.MISMATCH)))) {
      return new Answer.Mismatch();
    }
    throw JsonLine.unexpected(HistoryFormat.VALUE, value, ANSWERS);
  }

  private static Answer created(Element value) {
    if (!(value instanceof JsonLine.Items)) {
      return mismatch(value);
    }
    var items = JsonLine.items(HistoryFormat.VALUE, value, 1, 1, "[id]");
    return new Answer.Value(Optional.of(text(items.getFirst())));
  }

  private static List<Element> argument(JsonLine line, int count, String expected) {
    return JsonLine.items(
        HistoryFormat.VALUE, line.get(HistoryFormat.VALUE), count, count, expected);
  }

  private static List<Entry> entries(Element value) {
    return JsonLine.items(HistoryFormat.VALUE, value).stream().map(ValueReader::entry).toList();
  }

  private static Entry entry(Element value) {
    var items = JsonLine.items(HistoryFormat.VALUE, value, 2, 3, "[id, value, version]");
    return new Entry(
        text(items.get(0)),
        text(items.get(1)),
        items.size() == 2 ? OptionalLong.empty() : version(items.get(2)));
  }

  private static Hit hit(Element value) {
    var items = JsonLine.items(HistoryFormat.VALUE, value, 4, 4, "[id, value, version, score]");
    return new Hit(
        new Entry(text(items.get(0)), text(items.get(1)), version(items.get(2))),
        JsonLine.number(HistoryFormat.VALUE, items.get(3)));
  }

  private static OptionalLong version(Element value) {
    return JsonLine.textOrNull(HistoryFormat.VALUE, value).isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(JsonLine.integer(HistoryFormat.VALUE, value));
  }

  private static List<Double> vector(Element value) {
    return JsonLine.items(HistoryFormat.VALUE, value).stream()
        .map(coordinate -> JsonLine.number(HistoryFormat.VALUE, coordinate))
        .toList();
  }

  private static boolean bool(Element value) {
    return switch (text(value)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw JsonLine.unexpected(HistoryFormat.VALUE, value, "true or false");
    };
  }

  private static String text(Element value) {
    return JsonLine.text(HistoryFormat.VALUE, value);
  }
}
