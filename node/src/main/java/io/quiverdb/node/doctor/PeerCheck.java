package io.quiverdb.node.doctor;

import io.quiverdb.node.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/// Whether another node of the cluster can be reached.
final class PeerCheck {
  private static final int TIMEOUT_MILLIS = 2_000;

  private PeerCheck() {}

  static Finding examine(Endpoint peer) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(peer.host(), peer.port()), TIMEOUT_MILLIS);
      return Finding.good("join", peer + " takes connections");
    } catch (IOException e) {
      return Finding.warning(
          "join",
          peer + ": " + e.getMessage(),
          "All is well if no node runs there yet; else look at names and firewalls.");
    }
  }
}
