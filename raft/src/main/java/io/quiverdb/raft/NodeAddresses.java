package io.quiverdb.raft;

/// Where a node is reached; each is host:port.
///
/// @param client by users
/// @param peer by other nodes, for all but consensus
/// @param raft by other nodes, for consensus
public record NodeAddresses(String client, String peer, String raft) {}
