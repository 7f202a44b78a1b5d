package io.quiverdb.cli.local;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Where a node of a cluster on this machine runs, and how it is started there.
///
/// @param prefix what its command is put behind, as `ip netns exec NAME`; empty for none
/// @param environment of its process, besides ours
/// @param listenHost where it listens
/// @param advertisedHost under which the others and the clients reach it
public record NodePlace(
    List<String> prefix,
    Map<String, String> environment,
    String listenHost,
    String advertisedHost,
    int clientPort,
    int peerPort,
    int raftPort) {
  private static final String LOOPBACK = "127.0.0.1";

  public NodePlace {
    prefix = List.copyOf(prefix);
    environment = Map.copyOf(environment);
  }

  /// Nodes of a process each on this machine's loopback.
  ///
  /// @param ports three for each node, all free
  public static List<NodePlace> onLoopback(Map<String, String> environment, List<Integer> ports) {
    int count = ports.size() / 3;
    return IntStream.range(0, count)
        .mapToObj(
            node ->
                new NodePlace(
                    List.of(),
                    environment,
                    LOOPBACK,
                    LOOPBACK,
                    ports.get(node),
                    ports.get(count + node),
                    ports.get(2 * count + node)))
        .toList();
  }

  boolean isLoopback() {
    return listenHost.startsWith("127.");
  }

  String clientAddress() {
    return advertisedHost + ":" + clientPort;
  }

  String peerAddress() {
    return advertisedHost + ":" + peerPort;
  }
}
