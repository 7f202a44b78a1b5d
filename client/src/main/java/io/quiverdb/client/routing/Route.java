package io.quiverdb.client.routing;

/// Whom one attempt asks.
///
/// @param direct whether the node is held to be the shard's leader, or a replica that will do, and
///   must not forward
record Route(String address, boolean direct) {}
