package io.quiverdb.client.routing;

/// What may be sent twice.
public enum Repeat {
  /// Changes nothing. A node that does not answer soon is left for the next.
  READ,
  /// Changes nothing, and may take long.
  SLOW_READ,
  /// Changes something, and comes to the same when it arrives twice.
  CHANGE,
  /// Is sent again only if it was not sent.
  ONCE
}
