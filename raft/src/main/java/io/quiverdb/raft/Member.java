package io.quiverdb.raft;

/// A node as other nodes know it.
public record Member(NodeId id, NodeAddresses addresses) {}
