package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.client.CompactionStart;
import io.quiverdb.client.CompactionStart.Replica;
import java.io.IOException;

/// Shows what the replicas of a collection have begun to merge.
final class CompactionReport {
  private CompactionReport() {}

  static void print(Output output, CompactionStart start) {
    if (output.isJson()) {
      output.print(json -> write(json, start));
      return;
    }
    var table = Table.of(">SHARD", "NODE", ">SEGMENTS", ">ROWS", ">DEAD", ">BYTES", "ERROR");
    for (var shard : start.shards()) {
      for (var replica : shard.replicas()) {
        table.row(
            shard.number(),
            replica.nodeId(),
            replica.segments(),
            replica.rows(),
            replica.deadRows(),
            replica.bytes(),
            replica.error().orElse(""));
      }
    }
    output.print(table);
    output.print(
        start.accepted() ? "compaction has begun" : "compaction has NOT begun on every replica");
  }

  private static void write(JsonGenerator json, CompactionStart start) throws IOException {
    json.writeStartObject();
    json.writeBooleanField("accepted", start.accepted());
    json.writeArrayFieldStart("shards");
    for (var shard : start.shards()) {
      json.writeStartObject();
      json.writeNumberField("shard", shard.number());
      json.writeArrayFieldStart("replicas");
      for (var replica : shard.replicas()) {
        write(json, replica);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Replica replica) throws IOException {
    json.writeStartObject();
    json.writeStringField("node", replica.nodeId());
    json.writeNumberField("segments", replica.segments());
    json.writeNumberField("rows", replica.rows());
    json.writeNumberField("dead_rows", replica.deadRows());
    json.writeNumberField("bytes", replica.bytes());
    if (replica.error().isPresent()) {
      json.writeStringField("error", replica.error().get());
    }
    json.writeEndObject();
  }
}
