package io.quiverdb.raft;

import java.util.UUID;

/// Names a node: a data directory, for as long as it exists.
public record NodeId(UUID uuid) implements Comparable<NodeId> {
  public static NodeId parse(String text) {
    return new NodeId(UUID.fromString(text));
  }

  @Override
  public int compareTo(NodeId other) {
    return uuid.compareTo(other.uuid);
  }

  @Override
  public String toString() {
    return uuid.toString();
  }
}
