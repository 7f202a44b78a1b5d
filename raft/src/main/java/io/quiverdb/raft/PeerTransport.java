package io.quiverdb.raft;

/// Carries what nodes ask of each other. Connects when first used and again after failures.
public interface PeerTransport extends AutoCloseable {
  /// The node at an address, which may not be known yet.
  Peer at(String peerAddress);

  @Override
  void close();
}
