package io.quiverdb.client.routing;

/// Whom one attempt asks.
///
/// @param direct whether the node is held to be the shard's leader and must not forward
record Route(String address, boolean direct) {}
