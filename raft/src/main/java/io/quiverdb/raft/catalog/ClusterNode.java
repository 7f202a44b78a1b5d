package io.quiverdb.raft.catalog;

import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;

/// A node of the cluster, and what it is wanted for.
public record ClusterNode(Member member, State state) {
  public enum State {
    ACTIVE,
    /// Its replicas are moved to other nodes.
    DRAINING,
    /// Its replicas are made anew on other nodes, with or without its help; then it is no node of
    /// the cluster any more.
    REMOVING
  }

  public NodeId id() {
    return member.id();
  }

  boolean isActive() {
    return state == State.ACTIVE;
  }
}
