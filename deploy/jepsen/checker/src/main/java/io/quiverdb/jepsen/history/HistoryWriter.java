package io.quiverdb.jepsen.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;

/// Writes events as lines of [HistoryFormat]. Each line is flushed: a run that is killed leaves
/// what it has seen.
public final class HistoryWriter implements Closeable {
  private final Writer out;
  private final JsonGenerator json;
  private final ValueWriter values;

  /// Owns `out` and closes it.
  public HistoryWriter(Writer out) {
    this.out = out;
    try {
      json = new JsonFactory().createGenerator(out);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    json.setRootValueSeparator(null);
    values = new ValueWriter(json);
  }

  /// @throws UncheckedIOException if it cannot be written
  public void write(Event event) {
    try {
      json.writeStartObject();
      switch (event) {
        case Event.OfProcess ofProcess -> writeFields(ofProcess);
        case Event.OfNemesis ofNemesis -> writeFields(ofNemesis);
      }
      json.writeNumberField(HistoryFormat.TIME, event.timeNanos());
      json.writeEndObject();
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

  private void writeFields(Event.OfProcess event) throws IOException {
    var invoke = event.invoke();
    json.writeNumberField(HistoryFormat.PROCESS, invoke.process());
    json.writeStringField(HistoryFormat.TYPE, HistoryFormat.type(event));
    json.writeStringField(HistoryFormat.F, HistoryFormat.f(invoke.operation()));
    if (event instanceof Event.Invoke) {
      writeUnlessEmpty(HistoryFormat.NODE, invoke.node());
    }
    writeUnlessEmpty(HistoryFormat.COLLECTION, invoke.collection());
    if (invoke.operation() instanceof Operation.OfKey) {
      json.writeStringField(HistoryFormat.KEY, invoke.key());
    }
    switch (event) {
      case Event.Invoke _ -> {
        writeUnlessEmpty(HistoryFormat.REQUEST, invoke.request());
        values.write(invoke.operation());
      }
      case Event.Ok ok -> {
        values.write(invoke.operation(), ok.answer());
        writeWitness(ok.witness());
      }
      case Event.Fail fail -> writeUnlessEmpty(HistoryFormat.ERROR, fail.error());
      case Event.Info info -> writeUnlessEmpty(HistoryFormat.ERROR, info.error());
    }
  }

  private void writeFields(Event.OfNemesis event) throws IOException {
    var fault = event.fault();
    json.writeStringField(HistoryFormat.TYPE, HistoryFormat.type(event));
    json.writeStringField(HistoryFormat.F, fault.kind());
    json.writeNumberField(HistoryFormat.FAULT, fault.id());
    switch (event) {
      case Event.FaultStarted _ -> {
        if (!fault.nodes().isEmpty()) {
          json.writeArrayFieldStart(HistoryFormat.NODES);
          writeStrings(fault.nodes());
          json.writeEndArray();
        }
        writeUnlessEmpty(HistoryFormat.VALUE, fault.value());
      }
      case Event.FaultEnded ended -> writeUnlessEmpty(HistoryFormat.ERROR, ended.error());
    }
  }

  private void writeWitness(Witness witness) throws IOException {
    if (!witness.positions().isEmpty()) {
      json.writeArrayFieldStart(HistoryFormat.AT);
      for (var position : witness.positions()) {
        json.writeStartArray();
        json.writeNumber(position.shard());
        json.writeNumber(position.term());
        json.writeNumber(position.index());
        json.writeEndArray();
      }
      json.writeEndArray();
    }
    if (witness.version().isPresent()) {
      json.writeNumberField(HistoryFormat.VERSION, witness.version().getAsLong());
    }
  }

  private void writeUnlessEmpty(String name, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField(name, text);
    }
  }

  private void writeStrings(List<String> strings) throws IOException {
    for (var string : strings) {
      json.writeString(string);
    }
  }
}
