package io.quiverdb.cli.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Finds ports of loopback that nothing listens on. Below the range from which systems take ports
/// for outgoing connections, so that a port stays free while its node is down.
public final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final int ATTEMPTS_MAX = 1_000;

  private final RandomGenerator random;

  public FreePorts(RandomGenerator random) {
    this.random = random;
  }

  /// `count` different ones.
  ///
  /// @throws IOException if there are too few
  public List<Integer> find(int count) throws IOException {
    var ports = new ArrayList<Integer>();
    for (int attempt = 0; attempt < ATTEMPTS_MAX && ports.size() < count; attempt++) {
      int port = random.nextInt(FIRST, LAST);
      if (!ports.contains(port) && isFree(port)) {
        ports.add(port);
      }
    }
    if (ports.size() < count) {
      throw new IOException("free ports: " + ports.size() + " (expected: " + count + ")");
    }
    return ports;
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
