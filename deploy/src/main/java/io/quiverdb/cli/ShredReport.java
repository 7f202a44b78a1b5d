package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.client.ShredStatus;
import java.io.IOException;

/// Shows how far the shredding of a collection is.
final class ShredReport {
  private ShredReport() {}

  static void print(Output output, ShredStatus status) {
    if (output.isJson()) {
      output.print(json -> write(json, status));
      return;
    }
    output.print(
        "%s (id %s): %s"
            .formatted(
                status.name(),
                Long.toUnsignedString(status.id()),
                status.complete() ? "shredded" : "shredding"));
    if (!status.complete()) {
      output.print(outstanding(status));
    }
    for (var note : status.notes()) {
      output.print("note: " + note);
    }
  }

  private static Table outstanding(ShredStatus status) {
    var table = Table.of("NODE", "REPLICA", "OUTSTANDING");
    for (var node : status.nodes()) {
      if (node.complete()) {
        table.row(node.nodeId(), "", "nothing");
      }
      node.error().ifPresent(error -> table.row(node.nodeId(), "", error));
      for (var replica : node.replicas()) {
        for (var what : replica.outstanding()) {
          table.row(node.nodeId(), name(replica), what);
        }
      }
    }
    return table;
  }

  private static String name(ShredStatus.Replica replica) {
    return replica.shard().isPresent() ? "shard " + replica.shard().getAsInt() : "catalogue";
  }

  private static void write(JsonGenerator json, ShredStatus status) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", status.name());
    json.writeNumberField("id", status.id());
    json.writeStringField("state", status.complete() ? "shredded" : "shredding");
    json.writeArrayFieldStart("nodes");
    for (var node : status.nodes()) {
      write(json, node);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("notes");
    for (var note : status.notes()) {
      json.writeString(note);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, ShredStatus.Node node) throws IOException {
    json.writeStartObject();
    json.writeStringField("node", node.nodeId());
    json.writeBooleanField("complete", node.complete());
    json.writeArrayFieldStart("replicas");
    for (var replica : node.replicas()) {
      json.writeStartObject();
      json.writeStringField("replica", name(replica));
      json.writeArrayFieldStart("outstanding");
      for (var what : replica.outstanding()) {
        json.writeString(what);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    if (node.error().isPresent()) {
      json.writeStringField("error", node.error().get());
    }
    json.writeEndObject();
  }
}
