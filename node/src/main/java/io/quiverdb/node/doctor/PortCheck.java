package io.quiverdb.node.doctor;

import io.quiverdb.node.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// Whether a node could listen at an address.
final class PortCheck {
  private PortCheck() {}

  /// @param key of the configuration
  static Finding examine(String key, Endpoint endpoint) {
    var address = new InetSocketAddress(endpoint.host(), endpoint.port());
    if (address.isUnresolved()) {
      return Finding.bad(key, endpoint + ": no such host", "Name an address of this machine.");
    }
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return Finding.good(key, endpoint + " is free");
    } catch (IOException e) {
      return Finding.bad(
          key,
          endpoint + ": " + e.getMessage(),
          "Stop what listens there (this node, perhaps), or set another address.");
    }
  }
}
