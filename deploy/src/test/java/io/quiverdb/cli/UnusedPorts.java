package io.quiverdb.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// Ports of loopback on which nothing listens. Below the range from which the system gives ports to
/// outgoing connections, one of which might take it before it is used. Each process of tests has
/// some of its own.
final class UnusedPorts {
  private static final int OF_A_PROCESS = 2_500;
  private static final int FIRST = 10_000 + (Integer.getInteger("test.fork", 1) - 1) * OF_A_PROCESS;

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private UnusedPorts() {}

  static int next() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, FIRST + OF_A_PROCESS);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        if (GIVEN.add(port)) {
          return port;
        }
      } catch (IOException _) {
        // Taken: another.
      }
    }
  }
}
