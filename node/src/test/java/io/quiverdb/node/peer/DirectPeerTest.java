package io.quiverdb.node.peer;

import io.quiverdb.raft.Peer;

/// The contract holds without any network, so what the other test finds is the network's.
class DirectPeerTest extends PeerContract {
  @Override
  Peer peer() {
    return node;
  }
}
