package io.quiverdb.jepsen.history;

/// A history as JSON lines, UTF-8, one event a line, in the order of the events:
///
/// | field   | type                 | in events  | meaning                                         |
/// |---------|----------------------|------------|-------------------------------------------------|
/// | process | integer              | all        | one operation at a time; none after an `info`   |
/// | type    | string               | all        | `invoke`, `ok`, `fail` or `info`                |
/// | f       | string               | all        | `read`, `write`, `cas` or `delete`              |
/// | key     | string               | all        | the register                                    |
/// | value   | see below            | invoke, ok | argument and answer                             |
/// | time    | integer, nanoseconds | all        | since some fixed moment                         |
/// | error   | string               | fail, info | why; left out when empty                        |
///
/// | f      | value in invoke                             | value in ok                   |
/// |--------|---------------------------------------------|-------------------------------|
/// | read   | left out                                    | the value, null when absent   |
/// | write  | the value                                   | left out                      |
/// | cas    | `[expected, next]`, expected null for absent | `"swapped"` or `"mismatch"`  |
/// | delete | left out                                    | left out                      |
///
/// A reader skips fields it does not know.
final class HistoryFormat {
  static final String PROCESS = "process";
  static final String TYPE = "type";
  static final String F = "f";
  static final String KEY = "key";
  static final String VALUE = "value";
  static final String TIME = "time";
  static final String ERROR = "error";

  static final String INVOKE = "invoke";
  static final String OK = "ok";
  static final String FAIL = "fail";
  static final String INFO = "info";

  static final String READ = "read";
  static final String WRITE = "write";
  static final String CAS = "cas";
  static final String DELETE = "delete";

  static final String SWAPPED = "swapped";
  static final String MISMATCH = "mismatch";

  private HistoryFormat() {}

  static String type(Event event) {
    return switch (event) {
      case Event.Invoke _ -> INVOKE;
      case Event.Ok _ -> OK;
      case Event.Fail _ -> FAIL;
      case Event.Info _ -> INFO;
    };
  }

  static String f(Operation operation) {
    return switch (operation) {
      case Operation.Read() -> READ;
      case Operation.Write(_) -> WRITE;
      case Operation.CompareAndSet(_, _) -> CAS;
      case Operation.Delete() -> DELETE;
    };
  }
}
