package io.quiverdb.jepsen.history;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Writes the field `value` of [HistoryFormat]: an operation's argument, an answer.
final class ValueWriter {
  private final JsonGenerator json;

  ValueWriter(JsonGenerator json) {
    this.json = json;
  }

  void write(Operation operation) throws IOException {
    switch (operation) {
      case Operation.Read(),
          Operation.Delete(),
          Operation.Scan(),
          Operation.Create(),
          Operation.Drop(),
          Operation.Exists(),
          Operation.ListCollections() -> {}
      case Operation.SessionWrite(var session, var key, var value) ->
          writeArray(
              () -> {
                json.writeString(session);
                json.writeString(key);
                json.writeString(value);
              });
      case Operation.SessionRead(var session, var key) ->
          writeArray(
              () -> {
                json.writeString(session);
                json.writeString(key);
              });
      case Operation.SessionJoin(var session, var other, var operationCount) ->
          writeArray(
              () -> {
                json.writeString(session);
                json.writeString(other);
                json.writeNumber(operationCount);
              });
      case Operation.Write(var value) -> json.writeStringField(HistoryFormat.VALUE, value);
      case Operation.Increment(var by) -> json.writeNumberField(HistoryFormat.VALUE, by);
      case Operation.Upsert(var vector, var value) ->
          writeArray(
              () -> {
                writeVector(vector);
                json.writeString(value);
              });
      case Operation.CompareAndSet(var expected, var next) ->
          writeArray(
              () -> {
                writeOrNull(expected);
                json.writeString(next);
              });
      case Operation.WriteBatch(var entries) -> writeArray(() -> writeEntries(entries));
      case Operation.ReadBatch(var ids) ->
          writeArray(
              () -> {
                for (var id : ids) {
                  json.writeString(id);
                }
              });
      case Operation.Transfer(var from, var to, var amount) ->
          writeArray(
              () -> {
                json.writeString(from);
                json.writeString(to);
                json.writeNumber(amount);
              });
      case Operation.Search(var query, var k, var exact) ->
          writeArray(
              () -> {
                writeVector(query);
                json.writeNumber(k);
                json.writeBoolean(exact);
              });
    }
  }

  void write(Operation operation, Answer answer) throws IOException {
    switch (answer) {
      case Answer.Value(var value) when operation instanceof Operation.Create ->
          writeArray(() -> writeOrNull(value));
      case Answer.Value(var value) -> {
        json.writeFieldName(HistoryFormat.VALUE);
        writeOrNull(value);
      }
      case Answer.Mismatch() -> json.writeStringField(HistoryFormat.VALUE, HistoryFormat.MISMATCH);
      case Answer.Done() -> {
        if (operation instanceof Operation.CompareAndSet) {
          json.writeStringField(HistoryFormat.VALUE, HistoryFormat.SWAPPED);
        }
      }
      case Answer.Entries(var entries) -> writeArray(() -> writeEntries(entries));
      case Answer.Hits(var hits) -> writeArray(() -> writeHits(hits));
    }
  }

  private void writeEntries(List<Entry> entries) throws IOException {
    for (var entry : entries) {
      json.writeStartArray();
      json.writeString(entry.id());
      json.writeString(entry.value());
      if (entry.version().isPresent()) {
        json.writeNumber(entry.version().getAsLong());
      }
      json.writeEndArray();
    }
  }

  private void writeHits(List<Hit> hits) throws IOException {
    for (var hit : hits) {
      json.writeStartArray();
      json.writeString(hit.entry().id());
      json.writeString(hit.entry().value());
      if (hit.entry().version().isPresent()) {
        json.writeNumber(hit.entry().version().getAsLong());
      } else {
        json.writeNull();
      }
      json.writeNumber(hit.score());
      json.writeEndArray();
    }
  }

  private void writeVector(List<Double> vector) throws IOException {
    json.writeStartArray();
    for (double coordinate : vector) {
      json.writeNumber(coordinate);
    }
    json.writeEndArray();
  }

  private void writeOrNull(Optional<String> value) throws IOException {
    if (value.isPresent()) {
      json.writeString(value.get());
    } else {
      json.writeNull();
    }
  }

  private interface Elements {
    void write() throws IOException;
  }

  private void writeArray(Elements elements) throws IOException {
    json.writeArrayFieldStart(HistoryFormat.VALUE);
    elements.write();
    json.writeEndArray();
  }
}
