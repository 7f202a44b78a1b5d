package io.quiverdb.client;

/// A cluster that has just been formed.
public record ClusterInfo(String clusterId, int nodes, int shards, int replicationFactor) {}
