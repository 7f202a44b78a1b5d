package io.quiverdb.client;

import io.quiverdb.client.routing.SessionTokenFormat;

/// What a session has seen of a cluster, to be passed to another process: opaque text, safe in URLs
/// and headers. Good for as long as the cluster is not restored or recovered.
///
/// @param text empty if nothing was seen
public record SessionToken(String text) {
  /// @throws IllegalArgumentException if it is no token
  public SessionToken {
    var unused = SessionTokenFormat.read(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
