package io.quiverdb.client;

import java.time.Instant;

/// A key of the cluster's, without the key.
///
/// @param name whose it is, for people
/// @param created by the clock of the node that made it
public record ApiKeyInfo(String id, String name, Instant created) {}
