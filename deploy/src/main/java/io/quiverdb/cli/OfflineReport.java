package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.node.OfflineData.Findings;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// Shows what was found in stores that are not open.
final class OfflineReport {
  private OfflineReport() {}

  /// @param counted what the rows are
  static void print(
      Output output, List<Findings> stores, boolean intact, String counted, String conclusion) {
    if (output.isJson()) {
      output.print(json -> write(json, stores, intact, counted.toLowerCase(Locale.ROOT)));
      return;
    }
    var table = Table.of("STORE", ">FILES", ">BYTES", ">" + counted, ">DAMAGES", "ERROR");
    for (var store : stores) {
      table.row(
          store.directory(),
          store.files(),
          store.bytes(),
          store.rows(),
          store.damageCount(),
          store.problem().orElse(""));
    }
    output.print(table);
    for (var store : stores) {
      for (var damage : store.damages()) {
        output.print(store.directory() + ": " + damage);
      }
    }
    output.print(conclusion);
  }

  private static void write(
      JsonGenerator json, List<Findings> stores, boolean intact, String counted)
      throws IOException {
    json.writeStartObject();
    json.writeBooleanField("intact", intact);
    json.writeArrayFieldStart("stores");
    for (var store : stores) {
      json.writeStartObject();
      json.writeStringField("directory", store.directory().toString());
      json.writeNumberField("files", store.files());
      json.writeNumberField("bytes", store.bytes());
      json.writeNumberField(counted, store.rows());
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
