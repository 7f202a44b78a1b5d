package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.client.FileVerification;
import io.quiverdb.client.FileVerification.Damage;
import io.quiverdb.client.FileVerification.IndexDigest;
import io.quiverdb.client.FileVerification.Replica;
import java.io.IOException;

/// Shows what the replicas of a collection found in their files.
final class VerificationReport {
  private VerificationReport() {}

  static void print(Output output, FileVerification verification) {
    if (output.isJson()) {
      output.print(json -> write(json, verification));
      return;
    }
    var table =
        Table.of(">SHARD", "NODE", ">FILES", ">BYTES", ">ROWS", ">DAMAGES", ">INDEXED", "ERROR");
    for (var shard : verification.shards()) {
      for (var replica : shard.replicas()) {
        table.row(
            shard.number(),
            replica.nodeId(),
            replica.files(),
            replica.bytes(),
            replica.rows(),
            replica.damageCount(),
            IndexReport.indexed(replica.index()),
            replica.error().orElse(""));
      }
    }
    output.print(table);
    for (var shard : verification.shards()) {
      for (var replica : shard.replicas()) {
        for (var damage : replica.damages()) {
          output.print("shard %d, node %s: %s".formatted(shard.number(), replica.nodeId(), damage));
        }
      }
    }
    output.print(verification.intact() ? "all files are intact" : "NOT all files are intact");
  }

  private static void write(JsonGenerator json, FileVerification verification) throws IOException {
    json.writeStartObject();
    json.writeBooleanField("intact", verification.intact());
    json.writeArrayFieldStart("shards");
    for (var shard : verification.shards()) {
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
    json.writeNumberField("files", replica.files());
    json.writeNumberField("bytes", replica.bytes());
    json.writeNumberField("rows", replica.rows());
    json.writeNumberField("damage_count", replica.damageCount());
    json.writeArrayFieldStart("damages");
    for (var damage : replica.damages()) {
      write(json, damage);
    }
    json.writeEndArray();
    IndexReport.write(json, replica.index());
    json.writeArrayFieldStart("indexes");
    for (var digest : replica.indexes()) {
      write(json, digest);
    }
    json.writeEndArray();
    if (replica.error().isPresent()) {
      json.writeStringField("error", replica.error().get());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, IndexDigest digest) throws IOException {
    json.writeStartObject();
    if (digest.segment().isPresent()) {
      json.writeNumberField("segment", digest.segment().getAsLong());
    }
    json.writeStringField("name", digest.name());
    json.writeStringField("file", digest.file());
    json.writeNumberField("bytes", digest.bytes());
    json.writeStringField("sha256", digest.sha256());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Damage damage) throws IOException {
    json.writeStartObject();
    json.writeStringField("file", damage.file());
    if (damage.page().isPresent()) {
      json.writeNumberField("page", damage.page().getAsLong());
    }
    json.writeNumberField("offset", damage.offset());
    json.writeStringField("what", damage.what());
    json.writeStringField("expected", damage.expected());
    json.writeStringField("found", damage.found());
    json.writeEndObject();
  }
}
