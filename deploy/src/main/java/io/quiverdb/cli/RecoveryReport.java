package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.node.OfflineRecovery.LeftShard;
import io.quiverdb.node.OfflineRecovery.Result;
import java.io.IOException;
import java.util.OptionalLong;

/// Shows what is left of a cluster, and what may be missing.
final class RecoveryReport {
  private RecoveryReport() {}

  static void print(Output output, Result result) {
    if (output.isJson()) {
      output.print(json -> write(json, result));
      return;
    }
    for (var lost : result.lost()) {
      output.print(
          "lost: node %s at %s%s"
              .formatted(
                  lost.id(),
                  lost.clientAddress(),
                  lost.silence()
                      .map(why -> " (" + why + ")")
                      .orElse(", though it answers: it is to be stopped for good")));
    }
    output.print(
        "catalogue: as of entry %d; what was changed after that is lost, if anything was"
            .formatted(result.catalogIndex()));
    if (!result.shards().isEmpty()) {
      output.print(table(result));
    }
    for (var shard : result.shards()) {
      missing(output, shard);
    }
    for (var name : result.dropped()) {
      output.print("collection %s: is gone, as its drop had begun".formatted(name));
    }
    for (var orphan : result.orphans()) {
      output.print(
          "collection %s: not known to the catalogue that is left; kept as %s, not served"
              .formatted(orphan.name(), orphan.keptAs()));
    }
    output.print(
        result.done()
            ? "recovered as cluster %s: one node, one replica of each shard; serve it, and let others join"
                .formatted(result.clusterId())
            : "nothing was changed (--accept-loss does it)");
  }

  private static Table table(Result result) {
    var table = Table.of(">SHARD", "REPLICA", ">LAST ENTRY", ">POINTS");
    for (var shard : result.shards()) {
      table.row(
          shard.number(),
          shard.isHere() ? "here" : "none",
          shard.isHere() ? String.valueOf(shard.lastIndex()) : "-",
          shard.points().isPresent() ? String.valueOf(shard.points().getAsLong()) : "-");
    }
    return table;
  }

  private static void missing(Output output, LeftShard shard) {
    if (!shard.isHere()) {
      output.print(
          "shard %d: no replica here, all of its points are lost; it begins empty"
              .formatted(shard.number()));
      return;
    }
    output.print(
        "shard %d: writes after entry %d are lost, if there were any"
            .formatted(shard.number(), shard.lastIndex()));
    shard
        .acknowledgedIndex()
        .ifPresent(
            committed ->
                output.print(
                    "shard %d: entries %d to %d were acknowledged, and cannot be read: %s"
                        .formatted(
                            shard.number(),
                            shard.lastIndex() + 1,
                            committed,
                            shard.damage().orElse("the log ends before them"))));
  }

  private static void write(JsonGenerator json, Result result) throws IOException {
    json.writeStartObject();
    json.writeBooleanField("recovered", result.done());
    json.writeStringField("cluster_id", result.clusterId());
    json.writeNumberField("catalog_index", result.catalogIndex());
    json.writeArrayFieldStart("lost_nodes");
    for (var lost : result.lost()) {
      json.writeStartObject();
      json.writeStringField("node_id", lost.id());
      json.writeStringField("client_address", lost.clientAddress());
      json.writeBooleanField("answers", lost.silence().isEmpty());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("shards");
    for (var shard : result.shards()) {
      json.writeStartObject();
      json.writeNumberField("shard", shard.number());
      json.writeBooleanField("replica", shard.isHere());
      json.writeNumberField("last_index", shard.lastIndex());
      writeIfPresent(json, "points", shard.points());
      writeIfPresent(json, "acknowledged_index", shard.acknowledgedIndex());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("dropped");
    for (var name : result.dropped()) {
      json.writeString(name);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("orphaned");
    for (var orphan : result.orphans()) {
      json.writeStartObject();
      json.writeStringField("name", orphan.name());
      json.writeStringField("kept_as", orphan.keptAs());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeIfPresent(JsonGenerator json, String name, OptionalLong value)
      throws IOException {
    if (value.isPresent()) {
      json.writeNumberField(name, value.getAsLong());
    }
  }
}
