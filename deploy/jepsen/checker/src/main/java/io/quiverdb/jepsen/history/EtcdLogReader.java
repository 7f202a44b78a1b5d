package io.quiverdb.jepsen.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads the public logs of Jepsen's etcd test: one register, absent (`nil`) at first.
///
/// ```
/// INFO  jepsen.util - 3  :invoke  :cas    [1 2]
/// INFO  jepsen.util - 3  :fail    :cas    [1 2]
/// INFO  jepsen.util - 4  :info    :write  :timed-out
/// ```
///
/// A `:fail` of a `:cas` means that etcd compared and refused; any other `:fail` never happened.
/// Lines without the number of a process (the nemesis, other loggers) are skipped. The logs hold no
/// times; the line's number stands for it.
public final class EtcdLogReader {
  /// The one key of such a log.
  public static final String KEY = "register";

  private static final Pattern OPERATION_LINE =
      Pattern.compile("INFO\\s+jepsen\\.util - \\d+\\s.*");
  private static final Pattern EVENT =
      Pattern.compile(
          "INFO\\s+jepsen\\.util - (?<process>\\d{1,18})\\s+:(?<type>invoke|ok|fail|info)"
              + "\\s+:(?<f>read|write|cas)\\s+(?<value>.*?)\\s*");
  private static final Pattern CAS_ARGUMENT = Pattern.compile("\\[(?<from>\\S+) (?<to>\\S+)]");
  private static final String NIL = "nil";

  private final EventOrder order = new EventOrder();
  private final List<Event> events = new ArrayList<>();

  private EtcdLogReader() {}

  /// @param in left open
  /// @throws MalformedHistoryException if a process's line is none of the above, or cannot follow
  ///   those before it, or there is no such line at all
  public static History read(Reader in) throws IOException {
    var reader = new EtcdLogReader();
    var lines = new BufferedReader(in);
    int lineNumber = 0;
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      lineNumber++;
      if (OPERATION_LINE.matcher(line).matches()) {
        reader.add(lineNumber, line);
      }
    }
    if (reader.events.isEmpty()) {
      throw new MalformedHistoryException(lineNumber, "the log ends without any operation");
    }
    return History.of(reader.events);
  }

  private void add(int lineNumber, String line) throws MalformedHistoryException {
    try {
      var event = event(lineNumber, line);
      order.accept(event);
      events.add(event);
    } catch (IllegalArgumentException malformed) {
      throw new MalformedHistoryException(lineNumber, malformed);
    }
  }

  private Event event(int lineNumber, String line) {
    var parts = EVENT.matcher(line);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a process, a type, a function and a value");
    }
    long process = Long.parseLong(parts.group("process"));
    var type = parts.group("type");
    var f = parts.group("f");
    var value = parts.group("value");
    if (type.equals("invoke")) {
      return new Event.Invoke(process, KEY, operation(f, value), lineNumber);
    }
    var invoke = order.inFlight(process);
    if (!HistoryFormat.f(invoke.operation()).equals(f)) {
      throw new IllegalArgumentException(
          "f: " + f + " (expected: " + HistoryFormat.f(invoke.operation()) + ", as invoked)");
    }
    return switch (type) {
      case "ok" -> new Event.Ok(invoke, answer(f, value), lineNumber);
      case "info" -> new Event.Info(invoke, value, lineNumber);
      default ->
          f.equals("cas")
              ? new Event.Ok(invoke, new Answer.Mismatch(), lineNumber)
              : new Event.Fail(invoke, value, lineNumber);
    };
  }

  private static Operation operation(String f, String value) {
    return switch (f) {
      case "read" -> new Operation.Read();
      case "write" -> new Operation.Write(value);
      default -> {
        var argument = CAS_ARGUMENT.matcher(value);
        if (!argument.matches()) {
          throw new IllegalArgumentException("value: " + value + " (expected: [from to])");
        }
        yield new Operation.CompareAndSet(optional(argument.group("from")), argument.group("to"));
      }
    };
  }

  private static Answer answer(String f, String value) {
    return f.equals("read") ? new Answer.Value(optional(value)) : new Answer.Done();
  }

  private static Optional<String> optional(String value) {
    return value.equals(NIL) ? Optional.empty() : Optional.of(value);
  }
}
