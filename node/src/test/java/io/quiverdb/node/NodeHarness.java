package io.quiverdb.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Real nodes in this process, on loopback, talked to by HTTP.
final class NodeHarness implements AutoCloseable {
  private final Path directory;
  private final List<Map<String, String>> settings = new ArrayList<>();
  private final Map<Integer, QuiverNode> running = new HashMap<>();
  private final HttpClient http = HttpClient.newHttpClient();

  /// @param directory holds the nodes' folders
  NodeHarness(Path directory, int nodes) {
    this.directory = directory;
    Path key = directory.resolve("cluster.key");
    if (!Files.exists(key)) {
      String _ = MasterKeyFiles.create(key);
    }
    List<String> peers = new ArrayList<>();
    for (int number = 0; number < nodes; number++) {
      peers.add(Loopback.address());
    }
    for (int number = 0; number < nodes; number++) {
      Map<String, String> of = new HashMap<>();
      of.put("data-dir", directory.resolve("node" + number).toString());
      of.put("master-key-file", key.toString());
      of.put("listen", Loopback.address());
      of.put("peer-listen", peers.get(number));
      of.put("raft-listen", Loopback.address());
      if (nodes > 1) {
        of.put("join", String.join(",", peers));
      }
      settings.add(of);
    }
  }

  NodeConfig config(int number) {
    return NodeConfig.load(Optional.empty(), Map.of(), settings.get(number));
  }

  NodeConfig config(int number, Map<String, String> overrides) {
    Map<String, String> all = new HashMap<>(settings.get(number));
    all.putAll(overrides);
    return NodeConfig.load(Optional.empty(), Map.of(), all);
  }

  Path directory(int number) {
    return directory.resolve("node" + number);
  }

  void start(int number) {
    running.put(number, QuiverNode.start(config(number)));
  }

  void stop(int number) {
    var node = running.remove(number);
    if (node != null) {
      node.close();
    }
  }

  HttpResponse<String> get(int node, String path) {
    return send(node, "GET", path, "");
  }

  HttpResponse<String> put(int node, String path, String body) {
    return send(node, "PUT", path, body);
  }

  HttpResponse<String> post(int node, String path, String body) {
    return send(node, "POST", path, body);
  }

  private HttpResponse<String> send(int node, String method, String path, String body) {
    var uri = URI.create("http://" + settings.get(node).get("listen") + path);
    try {
      return http.send(
          HttpRequest.newBuilder(uri).method(method, BodyPublishers.ofString(body)).build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    List.copyOf(running.keySet()).forEach(this::stop);
    http.close();
  }
}
