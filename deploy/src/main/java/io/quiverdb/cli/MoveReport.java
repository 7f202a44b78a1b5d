package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.client.ClusterTopology;
import io.quiverdb.client.ReplicaMove;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Prints which replicas are moved, or would be.
final class MoveReport {
  private final ClusterTopology topology;

  /// @param topology knows the nodes by their addresses
  MoveReport(ClusterTopology topology) {
    this.topology = topology;
  }

  void print(Output output, List<ReplicaMove> moves, boolean planOnly) {
    if (output.isJson()) {
      output.print(json -> write(json, moves, planOnly));
      return;
    }
    if (moves.isEmpty()) {
      output.print(planOnly ? "nothing would be moved" : "nothing is to be moved");
      return;
    }
    var table = Table.of("GROUP", "ADDED", "REMOVED");
    for (var move : moves) {
      table.row(group(move), node(move.addedNodeId()), node(move.removedNodeId()));
    }
    output.print(table);
    output.print(
        "%d moves%s".formatted(moves.size(), planOnly ? "; nothing was changed" : " begun or due"));
  }

  private static String group(ReplicaMove move) {
    return move.shard().isPresent() ? "shard " + move.shard().getAsInt() : "catalogue";
  }

  private String node(Optional<String> id) {
    return id.map(
            one ->
                topology.nodes().stream()
                    .filter(node -> node.id().equals(one))
                    .map(ClusterTopology.Node::clientAddress)
                    .findFirst()
                    .orElse(one))
        .orElse("-");
  }

  private static void write(JsonGenerator json, List<ReplicaMove> moves, boolean planOnly)
      throws IOException {
    json.writeStartObject();
    json.writeBooleanField("plan_only", planOnly);
    json.writeArrayFieldStart("moves");
    for (var move : moves) {
      json.writeStartObject();
      json.writeStringField("group", group(move));
      if (move.addedNodeId().isPresent()) {
        json.writeStringField("added", move.addedNodeId().get());
      }
      if (move.removedNodeId().isPresent()) {
        json.writeStringField("removed", move.removedNodeId().get());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
