package io.quiverdb.node;

import java.util.concurrent.atomic.AtomicInteger;

/// Addresses for the nodes of a test that no other process takes: an address of the loopback
/// network made of the process id, where the system has that network, and ports below those that
/// outgoing connections are given.
final class Loopback {
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 30_000;
  private static final AtomicInteger PORTS =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 37 % 5_000));

  private Loopback() {}

  static String host() {
    if (!System.getProperty("os.name").startsWith("Linux")) {
      return "127.0.0.1";
    }
    long pid = ProcessHandle.current().pid();
    return "127.%d.%d.%d".formatted(1 + (pid >> 14) % 250, (pid >> 7) % 128, 1 + pid % 128);
  }

  static int port() {
    return FIRST_PORT + PORTS.getAndIncrement() % (LAST_PORT - FIRST_PORT);
  }

  static String address() {
    return host() + ":" + port();
  }
}
