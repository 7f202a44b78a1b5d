package io.quiverdb.jepsen.net;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Three echo nodes in a network.
final class EchoCluster {
  static final int NODES = 3;

  private final int port;
  private final Net net;
  private final List<Optional<EchoProcess>> processes =
      Collections.synchronizedList(new ArrayList<>(Collections.nCopies(NODES, Optional.empty())));
  private int connections;

  @FunctionalInterface
  interface NetOpening {
    Net open(NetSpec spec) throws NetUnavailableException;
  }

  private EchoCluster(NetOpening opening, long seed) throws IOException, NetUnavailableException {
    this.port = freePort();
    this.net = opening.open(new NetSpec(NODES, List.of(port), seed, this::findPid));
  }

  static EchoCluster start(NetOpening opening, long seed)
      throws IOException, InterruptedException, NetUnavailableException {
    var cluster = new EchoCluster(opening, seed);
    try {
      for (int node = 0; node < NODES; node++) {
        cluster.start(node);
      }
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      cluster.stop();
      throw e;
    }
  }

  Net net() {
    return net;
  }

  int port() {
    return port;
  }

  EchoProcess node(int number) {
    return processes.get(number).orElseThrow();
  }

  void start(int number) throws IOException, InterruptedException {
    processes.set(number, Optional.of(EchoProcess.start(net.host(number), port)));
  }

  /// Returns at once.
  ///
  /// @return the connection's name, of its own in this cluster
  String open(int from, int to) throws IOException {
    var name = "c" + connections++;
    node(from).tell("open " + name + " " + net.host(to).advertise() + " " + port);
    return name;
  }

  /// Sends a line and waits for it to come back.
  void ask(int from, String connection, String text) throws IOException, InterruptedException {
    node(from).tell("say " + connection + " " + text);
    node(from).await("heard " + connection + " " + text);
  }

  void stop() throws InterruptedException {
    for (var process : processes) {
      if (process.isPresent()) {
        process.get().kill();
      }
    }
    net.close();
  }

  private OptionalLong findPid(int node) {
    var process = processes.get(node);
    return process.isPresent() ? OptionalLong.of(process.get().pid()) : OptionalLong.empty();
  }

  // Free on all addresses.
  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
