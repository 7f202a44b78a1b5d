package io.quiverdb.jepsen.net;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/// What a network is to be made for.
///
/// @param nodes how many; they are numbered from 0
/// @param ports on which every node listens, the same on each
/// @param seed of jitter, loss, duplication and reordering
/// @param pids by number of the node: its process, while there is one
public record NetSpec(int nodes, List<Integer> ports, long seed, IntFunction<OptionalLong> pids) {
  // The last byte of an address is a node's number.
  static final int NODES_MAX = 200;

  public NetSpec {
    if (nodes < 1 || nodes > NODES_MAX) {
      throw new IllegalArgumentException("nodes: " + nodes + " (expected: 1 to " + NODES_MAX + ")");
    }
    ports = List.copyOf(ports);
    for (int port : ports) {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("ports: " + port + " (expected: 1 to 65535)");
      }
    }
  }
}
