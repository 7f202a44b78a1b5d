package io.quiverdb.node;

import io.quiverdb.node.security.TestCertificates;
import io.quiverdb.node.security.TlsFiles;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeIdentity;
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
import java.security.SecureRandom;
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
  private final HttpClient http;
  private final String scheme;
  private String apiKey = "";

  /// @param directory holds the nodes' folders
  NodeHarness(Path directory, int nodes) {
    this(directory, nodes, Optional.empty());
  }

  /// @param certificates of the nodes, if they speak TLS
  NodeHarness(Path directory, int nodes, Optional<TestCertificates> certificates) {
    this.directory = directory;
    this.scheme = certificates.isPresent() ? "https" : "http";
    this.http =
        certificates
            .map(authority -> HttpClient.newBuilder().sslContext(authority.clients()).build())
            .orElseGet(HttpClient::newHttpClient);
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
    certificates.ifPresent(this::certify);
  }

  private void certify(TestCertificates certificates) {
    for (int number = 0; number < settings.size(); number++) {
      present(number, certificates.node(id(number), Loopback.host()));
    }
  }

  /// From the node's next start on.
  void present(int number, TlsFiles files) {
    var of = settings.get(number);
    of.put("tls.certificate", files.certificate().toString());
    of.put("tls.key", files.key().toString());
    of.put("tls.ca", files.authority().toString());
  }

  /// From the node's next start on.
  void set(int number, String key, String value) {
    settings.get(number).put(key, value);
  }

  NodeId id(int number) {
    try {
      return NodeIdentity.of(directory(number), new SecureRandom());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sent with every call from now on; none if empty.
  void apiKey(String key) {
    apiKey = key;
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
    var uri = URI.create(scheme + "://" + settings.get(node).get("listen") + path);
    try {
      var request = HttpRequest.newBuilder(uri).method(method, BodyPublishers.ofString(body));
      if (!apiKey.isEmpty()) {
        request.header("authorization", "Bearer " + apiKey);
      }
      return http.send(request.build(), BodyHandlers.ofString());
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
