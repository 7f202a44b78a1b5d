package io.quiverdb.raft.membership;

import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;

/// A listed node that answered.
///
/// @param address as it was listed
record FoundNode(String address, Peer peer, NodeStatus status) {
  NodeId id() {
    return status.self().id();
  }
}
