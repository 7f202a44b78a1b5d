package io.quiverdb.jepsen.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Optional;

/// Writes events as lines of [HistoryFormat]. Each line is flushed: a run that is killed leaves
/// what it has seen.
public final class HistoryWriter implements Closeable {
  private final Writer out;
  private final JsonGenerator json;

  /// Owns `out` and closes it.
  public HistoryWriter(Writer out) {
    this.out = out;
    try {
      json = new JsonFactory().createGenerator(out);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    json.setRootValueSeparator(null);
  }

  /// @throws UncheckedIOException if it cannot be written
  public void write(Event event) {
    try {
      writeObject(event);
      json.writeRaw('\n');
      json.flush();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() throws IOException {
    json.close();
    out.close();
  }

  private void writeObject(Event event) throws IOException {
    var invoke = event.invoke();
    json.writeStartObject();
    json.writeNumberField(HistoryFormat.PROCESS, invoke.process());
    json.writeStringField(HistoryFormat.TYPE, HistoryFormat.type(event));
    json.writeStringField(HistoryFormat.F, HistoryFormat.f(invoke.operation()));
    json.writeStringField(HistoryFormat.KEY, invoke.key());
    switch (event) {
      case Event.Invoke _ -> writeArgument(invoke.operation());
      case Event.Ok ok -> writeAnswer(ok);
      case Event.Fail fail -> writeError(fail.error());
      case Event.Info info -> writeError(info.error());
    }
    json.writeNumberField(HistoryFormat.TIME, event.timeNanos());
    json.writeEndObject();
  }

  private void writeArgument(Operation operation) throws IOException {
    switch (operation) {
      case Operation.Read(), Operation.Delete() -> {}
      case Operation.Write(var value) -> json.writeStringField(HistoryFormat.VALUE, value);
      case Operation.CompareAndSet(var expected, var next) -> {
        json.writeArrayFieldStart(HistoryFormat.VALUE);
        writeValue(expected);
        json.writeString(next);
        json.writeEndArray();
      }
    }
  }

  private void writeAnswer(Event.Ok ok) throws IOException {
    switch (ok.answer()) {
      case Answer.Value(var value) -> {
        json.writeFieldName(HistoryFormat.VALUE);
        writeValue(value);
      }
      case Answer.Mismatch() -> json.writeStringField(HistoryFormat.VALUE, HistoryFormat.MISMATCH);
      case Answer.Done() -> {
        if (ok.invoke().operation() instanceof Operation.CompareAndSet) {
          json.writeStringField(HistoryFormat.VALUE, HistoryFormat.SWAPPED);
        }
      }
    }
  }

  private void writeError(String error) throws IOException {
    if (!error.isEmpty()) {
      json.writeStringField(HistoryFormat.ERROR, error);
    }
  }

  private void writeValue(Optional<String> value) throws IOException {
    if (value.isPresent()) {
      json.writeString(value.get());
    } else {
      json.writeNull();
    }
  }
}
