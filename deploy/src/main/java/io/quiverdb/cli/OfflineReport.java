package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.node.OfflineData.Findings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/// Shows what was found in stores that are not open.
final class OfflineReport {
  private OfflineReport() {}

  static void print(Output output, List<Findings> stores, boolean intact, String conclusion) {
    if (output.isJson()) {
      output.print(json -> write(json, stores, intact));
      return;
    }
    // All of one command count the same things; one that could not be read counts nothing.
    var counted =
        stores.stream().flatMap(store -> store.counts().keySet().stream()).distinct().toList();
    var counts = counted.stream().map(name -> ">" + name.toUpperCase(Locale.ROOT));
    var table =
        Table.of(
            Stream.of(Stream.of("STORE"), counts, Stream.of(">DAMAGES", "ERROR"))
                .flatMap(Function.identity())
                .toArray(String[]::new));
    for (var store : stores) {
      List<Object> row = new ArrayList<>();
      row.add(store.directory());
      counted.forEach(name -> row.add(store.counts().getOrDefault(name, 0L)));
      row.add(store.damageCount());
      row.add(store.problem().orElse(""));
      table.row(row.toArray());
    }
    output.print(table);
    for (var store : stores) {
      for (var damage : store.damages()) {
        output.print(store.directory() + ": " + damage);
      }
    }
    output.print(conclusion);
  }

  private static void write(JsonGenerator json, List<Findings> stores, boolean intact)
      throws IOException {
    json.writeStartObject();
    json.writeBooleanField("intact", intact);
    json.writeArrayFieldStart("stores");
    for (var store : stores) {
      json.writeStartObject();
      json.writeStringField("directory", store.directory().toString());
      for (var count : store.counts().entrySet()) {
        json.writeNumberField(count.getKey(), count.getValue());
      }
      json.writeNumberField("damage_count", store.damageCount());
      json.writeArrayFieldStart("damages");
      for (var damage : store.damages()) {
        json.writeString(damage);
      }
      json.writeEndArray();
      if (store.problem().isPresent()) {
        json.writeStringField("error", store.problem().get());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
