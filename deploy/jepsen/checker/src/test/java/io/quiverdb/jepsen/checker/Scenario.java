package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Hit;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.history.Witness;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/// A history by hand, on the one collection `c`. Every call has a process of its own; what is not
/// started apart begins and ends at once.
final class Scenario {
  static final String COLLECTION = "c";

  private final HistoryRecorder recorder = new HistoryRecorder(new AtomicLong()::incrementAndGet);
  private long lastProcess;

  History history() {
    return recorder.history();
  }

  HistoryRecorder.Pending start(Operation operation) {
    return start(COLLECTION, "", operation);
  }

  HistoryRecorder.Pending start(String key, Operation operation) {
    return start(COLLECTION, key, operation);
  }

  HistoryRecorder.Pending start(String collection, String key, Operation operation) {
    return recorder.invoke(++lastProcess, "n1", collection, key, operation, "");
  }

  HistoryRecorder.Pending attempt(String request, String key, Operation operation) {
    return recorder.invoke(++lastProcess, "n1", COLLECTION, key, operation, request);
  }

  void writes(String key, String value) {
    start(key, new Operation.Write(value)).ok();
  }

  void deletes(String key) {
    start(key, new Operation.Delete()).ok();
  }

  void reads(String key, String value) {
    start(key, new Operation.Read()).ok(Optional.of(value));
  }

  void readsAbsent(String key) {
    start(key, new Operation.Read()).ok(Optional.empty());
  }

  void scans(Entry... entries) {
    start(new Operation.Scan()).ok(new Answer.Entries(List.of(entries)));
  }

  void writesBatch(String... idsAndValues) {
    startBatch(idsAndValues).ok();
  }

  HistoryRecorder.Pending startBatch(String... idsAndValues) {
    return start(new Operation.WriteBatch(entries(idsAndValues)));
  }

  /// Asks for `a`, `b` and `c`.
  void readsBatch(String... idsAndValues) {
    start(new Operation.ReadBatch(List.of("a", "b", "c")))
        .ok(new Answer.Entries(entries(idsAndValues)));
  }

  void upserts(String key, String value, double... vector) {
    start(key, upsert(value, vector)).ok();
  }

  static Operation upsert(String value, double... vector) {
    return new Operation.Upsert(doubles(vector), value);
  }

  /// An exact search of the three nearest to zero.
  void searches(Hit... hits) {
    start(exact()).ok(new Answer.Hits(List.of(hits)));
  }

  static Operation exact() {
    return new Operation.Search(List.of(0.0, 0.0), 3, true);
  }

  static Operation approximate() {
    return new Operation.Search(List.of(0.0, 0.0), 3, false);
  }

  static Hit hit(String id, String value, double score) {
    return new Hit(new Entry(id, value), score);
  }

  static Entry entry(String id, String value) {
    return new Entry(id, value);
  }

  static Entry entry(String id, String value, long version) {
    return new Entry(id, value, OptionalLong.of(version));
  }

  static Answer done() {
    return new Answer.Done();
  }

  static Answer value(String value) {
    return new Answer.Value(Optional.of(value));
  }

  /// In shard 0 and term 1.
  static Witness at(long index, long version) {
    return Witness.of(0, 1, index, version);
  }

  static List<Entry> entries(String... idsAndValues) {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < idsAndValues.length; i += 2) {
      entries.add(new Entry(idsAndValues[i], idsAndValues[i + 1]));
    }
    return entries;
  }

  private static List<Double> doubles(double... vector) {
    var list = new ArrayList<Double>();
    for (double coordinate : vector) {
      list.add(coordinate);
    }
    return list;
  }
}
