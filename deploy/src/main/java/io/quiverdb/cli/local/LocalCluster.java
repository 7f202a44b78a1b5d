package io.quiverdb.cli.local;

import io.quiverdb.node.MasterKeyFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/// Nodes on this machine, each a process with a folder.
public final class LocalCluster implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 500;
  private static final long POLL_MILLIS = 50;
  private static final long STOP_SECONDS = 15;
  private static final String DATA = "data";

  private final List<String> serve;
  private final Path folder;
  private final Path key;
  private final List<Node> nodes = new CopyOnWriteArrayList<>();

  /// @param number counted from 1, for people
  public record Node(int number, NodePlace place, Path folder, NodeProcess process) {
    public String clientAddress() {
      return place.clientAddress();
    }

    /// Where it keeps its data.
    public Path data() {
      return folder.resolve(DATA);
    }

    /// What the process says.
    public Path log() {
      return folder.resolve("node.log");
    }
  }

  private LocalCluster(List<String> serve, Path folder, Path key) {
    this.serve = List.copyOf(serve);
    this.folder = folder;
    this.key = key;
  }

  /// Starts nothing yet.
  ///
  /// @param serve the command that runs a node, without its options
  /// @param folder gets the master key, unless it has it from an earlier run, and a folder for
  ///   every node
  public static LocalCluster prepare(List<String> serve, Path folder, List<NodePlace> places)
      throws IOException {
    Path key = Files.createDirectories(folder).resolve("quiver-master.key");
    if (!Files.exists(key)) {
      String _ = MasterKeyFiles.create(key);
    }
    var cluster = new LocalCluster(serve, folder, key);
    var peers = places.stream().map(NodePlace::peerAddress).collect(Collectors.joining(","));
    for (var place : places) {
      var _ = cluster.add(place, peers);
    }
    return cluster;
  }

  /// One more node, which is not started yet, to join those that are there.
  public Node add(NodePlace place) throws IOException {
    return add(
        place,
        nodes.stream().map(node -> node.place().peerAddress()).collect(Collectors.joining(",")));
  }

  private Node add(NodePlace place, String peers) throws IOException {
    int number = nodes.size() + 1;
    var own = Files.createDirectories(folder.resolve("node-" + number));
    var command = new ArrayList<>(place.prefix());
    command.addAll(serve);
    command.addAll(options(place, own, key, peers));
    var process = new NodeProcess(command, place.environment(), own.resolve("node.log"));
    var node = new Node(number, place, own, process);
    nodes.add(node);
    return node;
  }

  private static List<String> options(NodePlace place, Path folder, Path key, String peers) {
    var options =
        new ArrayList<>(
            List.of(
                "--master-key-file",
                key.toString(),
                "--data-dir",
                folder.resolve(DATA).toString(),
                "--listen",
                place.listenHost() + ":" + place.clientPort(),
                "--peer-listen",
                place.listenHost() + ":" + place.peerPort(),
                "--raft-listen",
                place.listenHost() + ":" + place.raftPort(),
                "--advertise",
                place.advertisedHost(),
                "--join",
                peers));
    if (!place.isLoopback()) {
      options.add("--insecure");
    }
    return options;
  }

  public void start() throws IOException {
    for (var node : nodes) {
      node.process.start();
    }
  }

  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  public List<String> endpoints() {
    return nodes.stream().map(Node::clientAddress).toList();
  }

  public Node at(String clientAddress) {
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
  /// @throws LocalClusterException if it ends instead, or takes longer than `limit`
  public void awaitListening(Node node, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!listens(node)) {
      if (!node.process.isAlive()) {
        throw new LocalClusterException(
            "node " + node.number + " has ended: " + node.process.lastWords());
      }
      if (System.nanoTime() - end >= 0) {
        throw new LocalClusterException("node " + node.number + " does not listen after " + limit);
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
  public void killAll() {
    nodes.forEach(node -> node.process.killForGood());
    try {
      for (var node : nodes) {
        node.process.awaitEnd(STOP_SECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Kills the nodes and deletes their folder if it is temporary: the program is being ended.
  public void abandon(NodesFolder folder) {
    killAll();
    try {
      folder.discard();
    } catch (IOException _) {
      // What stays is a folder of temporary files.
    }
  }

  private static boolean listens(Node node) {
    try (var socket = new Socket()) {
      var address = new InetSocketAddress(node.place.advertisedHost(), node.place.clientPort());
      socket.connect(address, CONNECT_TIMEOUT_MILLIS);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
