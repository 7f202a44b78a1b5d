package io.quiverdb.cli.demo;

import io.quiverdb.node.MasterKeyFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Nodes on loopback, each a process with a folder.
final class DemoCluster implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int CONNECT_TIMEOUT_MILLIS = 500;
  private static final long POLL_MILLIS = 50;
  private static final long STOP_SECONDS = 15;

  private final List<Node> nodes;

  /// @param number counted from 1, for people
  record Node(int number, int clientPort, Path folder, NodeProcess process) {
    String clientAddress() {
      return HOST + ":" + clientPort;
    }
  }

  private DemoCluster(List<Node> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /// Starts nothing yet.
  ///
  /// @param serve the command that runs a node, without its options
  /// @param folder gets the master key, and a folder for every node
  /// @param ports three for each node, all free
  static DemoCluster prepare(
      List<String> serve, Map<String, String> environment, Path folder, List<Integer> ports)
      throws IOException {
    int count = ports.size() / 3;
    Path key = folder.resolve("quiver-master.key");
    String _ = MasterKeyFiles.create(key);
    var peers =
        ports.subList(count, 2 * count).stream()
            .map(port -> HOST + ":" + port)
            .collect(Collectors.joining(","));
    var nodes = new ArrayList<Node>();
    for (int index = 0; index < count; index++) {
      var own = Files.createDirectories(folder.resolve("node-" + (index + 1)));
      int clientPort = ports.get(index);
      var command = new ArrayList<>(serve);
      command.addAll(
          List.of(
              "--master-key-file",
              key.toString(),
              "--data-dir",
              own.resolve("data").toString(),
              "--listen",
              HOST + ":" + clientPort,
              "--peer-listen",
              HOST + ":" + ports.get(count + index),
              "--raft-listen",
              HOST + ":" + ports.get(2 * count + index),
              "--advertise",
              HOST,
              "--join",
              peers));
      var process = new NodeProcess(command, environment, own.resolve("node.log"));
      nodes.add(new Node(index + 1, clientPort, own, process));
    }
    return new DemoCluster(nodes);
  }

  void start() throws IOException {
    for (var node : nodes) {
      node.process.start();
    }
  }

  List<Node> nodes() {
    return nodes;
  }

  List<String> endpoints() {
    return nodes.stream().map(Node::clientAddress).toList();
  }

  Node at(String clientAddress) {
    return nodes.stream()
        .filter(node -> node.clientAddress().equals(clientAddress))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "address: " + clientAddress + " (expected: one of " + endpoints() + ")"));
  }

  /// Waits until a node takes connections of clients.
  ///
  /// @throws DemoFailedException if it ends instead, or takes longer than `limit`
  void awaitListening(Node node, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!listens(node)) {
      if (!node.process.isAlive()) {
        throw new DemoFailedException(
            "node " + node.number + " has ended: " + node.process.lastWords());
      }
      if (System.nanoTime() - end >= 0) {
        throw new DemoFailedException("node " + node.number + " does not listen after " + limit);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /// Stops the nodes as an operator would, and kills those that do not stop.
  @Override
  public void close() {
    nodes.forEach(node -> node.process.askToStop());
    try {
      for (var node : nodes) {
        if (!node.process.awaitEnd(STOP_SECONDS)) {
          node.process.kill();
        }
      }
    } catch (InterruptedException _) {
      killAll();
      Thread.currentThread().interrupt();
    }
  }

  /// At once and for good: none can be started again.
  void killAll() {
    nodes.forEach(node -> node.process.killForGood());
    try {
      for (var node : nodes) {
        node.process.awaitEnd(STOP_SECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean listens(Node node) {
    try (var socket = new Socket()) {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), node.clientPort);
      socket.connect(address, CONNECT_TIMEOUT_MILLIS);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
