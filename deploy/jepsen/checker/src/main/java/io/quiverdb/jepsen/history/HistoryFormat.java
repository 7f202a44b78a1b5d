package io.quiverdb.jepsen.history;

/// A history as JSON lines, UTF-8, one event a line, in the order of the events:
///
/// | field      | type                 | in events   | meaning                                      |
/// |------------|----------------------|-------------|----------------------------------------------|
/// | process    | integer              | of a process| one operation at a time; none after an `info`|
/// | type       | string               | all         | `invoke`, `ok`, `fail`, `info`; of a fault: `fault-started`, `fault-ended` |
/// | f          | string               | all         | what is asked, see below; of a fault: its kind |
/// | node       | string               | invoke      | the one asked                                |
/// | collection | string               | of a process| the one asked about                          |
/// | key        | string               | of a process| the register                                 |
/// | request    | string               | invoke      | the same in all attempts at one write        |
/// | value      | see below            | invoke, ok  | argument and answer                          |
/// | at         | `[[shard, term, index], …]` | ok   | the witness's positions                      |
/// | version    | integer              | ok          | the witness's version                        |
/// | fault      | integer              | of a fault  | tells it from others                         |
/// | nodes      | array of strings     | fault-started | those it is done to                        |
/// | value      | string               | fault-started | what else there is to say                  |
/// | time       | integer, nanoseconds | all         | since some fixed moment, never going back    |
/// | error      | string               | fail, info, fault-ended | why                              |
///
/// All but process, type, f, fault and time are left out when empty; the key stands wherever the
/// operation asks about one.
///
/// | f           | value in invoke                     | value in ok                             |
/// |-------------|-------------------------------------|-----------------------------------------|
/// | read        |                                     | the value, null when absent             |
/// | write       | the value                           |                                         |
/// | upsert      | `[[coordinate, …], value]`          |                                         |
/// | cas         | `[expected, next]`, expected null for absent | `"swapped"` or `"mismatch"`    |
/// | delete      |                                     |                                         |
/// | increment   | integer                             | `"mismatch"` or left out                |
/// | scan        |                                     | `[[id, value, version], …]`             |
/// | write-batch | `[[id, value], …]`                  | `"mismatch"` or left out                |
/// | read-batch  | `[id, …]`                           | `[[id, value, version], …]`             |
/// | transfer    | `[from, to, amount]`                | `"mismatch"` or left out                |
/// | session-write | `[session, key, value]`           | left out                                |
/// | session-read | `[session, key]`                   | text or null                            |
/// | session-join | `[session, other, operations]`     | left out                                |
/// | search      | `[[coordinate, …], k, exact]`, exact true or false | `[[id, value, version, score], …]` |
/// | create      |                                     | `[id of the collection]`, `"mismatch"` or left out |
/// | drop        |                                     | `"mismatch"` or left out                |
/// | exists      |                                     | id of the collection, null when absent  |
/// | list        |                                     | `[[name, id of the collection], …]`     |
///
/// An unknown version is null, or left out where it is last. A reader skips fields it does not
/// know.
final class HistoryFormat {
  static final String PROCESS = "process";
  static final String TYPE = "type";
  static final String F = "f";
  static final String NODE = "node";
  static final String COLLECTION = "collection";
  static final String KEY = "key";
  static final String REQUEST = "request";
  static final String VALUE = "value";
  static final String AT = "at";
  static final String VERSION = "version";
  static final String FAULT = "fault";
  static final String NODES = "nodes";
  static final String TIME = "time";
  static final String ERROR = "error";

  static final String INVOKE = "invoke";
  static final String OK = "ok";
  static final String FAIL = "fail";
  static final String INFO = "info";
  static final String FAULT_STARTED = "fault-started";
  static final String FAULT_ENDED = "fault-ended";

  static final String READ = "read";
  static final String WRITE = "write";
  static final String UPSERT = "upsert";
  static final String CAS = "cas";
  static final String DELETE = "delete";
  static final String INCREMENT = "increment";
  static final String SCAN = "scan";
  static final String WRITE_BATCH = "write-batch";
  static final String READ_BATCH = "read-batch";
  static final String TRANSFER = "transfer";
  static final String SEARCH = "search";
  static final String SESSION_WRITE = "session-write";
  static final String SESSION_READ = "session-read";
  static final String SESSION_JOIN = "session-join";
  static final String CREATE = "create";
  static final String DROP = "drop";
  static final String EXISTS = "exists";
  static final String LIST = "list";

  static final String SWAPPED = "swapped";
  static final String MISMATCH = "mismatch";

  private HistoryFormat() {}

  static String type(Event event) {
    return switch (event) {
      case Event.Invoke _ -> INVOKE;
      case Event.Ok _ -> OK;
      case Event.Fail _ -> FAIL;
      case Event.Info _ -> INFO;
      case Event.FaultStarted _ -> FAULT_STARTED;
      case Event.FaultEnded _ -> FAULT_ENDED;
    };
  }

  static String f(Operation operation) {
    return switch (operation) {
      case Operation.Read() -> READ;
      case Operation.Write(_) -> WRITE;
      case Operation.Upsert(_, _) -> UPSERT;
      case Operation.CompareAndSet(_, _) -> CAS;
      case Operation.Delete() -> DELETE;
      case Operation.Increment(_) -> INCREMENT;
      case Operation.Scan() -> SCAN;
      case Operation.WriteBatch(_) -> WRITE_BATCH;
      case Operation.ReadBatch(_) -> READ_BATCH;
      case Operation.Transfer(_, _, _) -> TRANSFER;
      case Operation.Search(_, _, _) -> SEARCH;
      case Operation.SessionWrite(_, _, _) -> SESSION_WRITE;
      case Operation.SessionRead(_, _) -> SESSION_READ;
      case Operation.SessionJoin(_, _, _) -> SESSION_JOIN;
      case Operation.Create() -> CREATE;
      case Operation.Drop() -> DROP;
      case Operation.Exists() -> EXISTS;
      case Operation.ListCollections() -> LIST;
    };
  }
}
