package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.client.IndexCoverage;
import java.io.IOException;
import java.util.Locale;

/// Shows which rows searches find by a graph.
final class IndexReport {
  private static final double PERCENT = 100.0;

  private IndexReport() {}

  /// Of the rows that are worth a graph, how many have one.
  static String indexed(IndexCoverage index) {
    long due = index.graphRows() + index.waitingRows() + index.refusedRows();
    return due == 0
        ? "-"
        : String.format(Locale.ROOT, "%.0f %%", PERCENT * index.graphRows() / due);
  }

  static void write(JsonGenerator json, IndexCoverage index) throws IOException {
    json.writeObjectFieldStart("index");
    json.writeNumberField("graph_rows", index.graphRows());
    json.writeNumberField("waiting_rows", index.waitingRows());
    json.writeNumberField("refused_rows", index.refusedRows());
    json.writeNumberField("small_rows", index.smallRows());
    json.writeNumberField("needed_bytes", index.neededBytes());
    json.writeNumberField("memory_bytes", index.memoryBytes());
    json.writeEndObject();
  }
}
