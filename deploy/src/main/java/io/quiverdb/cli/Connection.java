package io.quiverdb.cli;

import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/// Which cluster a command talks to.
final class Connection {
  private static final String DEFAULT_ENDPOINT = "localhost:7070";
  private static final Pattern ENDPOINT =
      Pattern.compile("(?:\\[(?<v6>[^\\]]+)\\]|(?<host>[^:\\[\\]]+)):(?<port>\\d{1,5})");
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
  private static final int CONNECT_TIMEOUT_MILLIS = 3_000;

  @Option(
      names = "--endpoint",
      paramLabel = "HOST:PORT",
      split = ",",
      defaultValue = "${env:QUIVER_ENDPOINTS:-" + DEFAULT_ENDPOINT + "}",
      description =
          "A node of the cluster, or several separated by commas; any will do"
              + " (QUIVER_ENDPOINTS, else "
              + DEFAULT_ENDPOINT
              + ").")
  private List<String> endpoints = List.of(DEFAULT_ENDPOINT);

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Speaks TLS, with nodes whose certificates are of this authority (QUIVER_CA).")
  private Optional<Path> authority = environment("QUIVER_CA").map(Path::of);

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "A certificate, where nodes ask clients for one (QUIVER_CERTIFICATE).")
  private Optional<Path> certificate = environment("QUIVER_CERTIFICATE").map(Path::of);

  @Option(
      names = "--certificate-key",
      paramLabel = "FILE",
      description = "The certificate's key (QUIVER_CERTIFICATE_KEY).")
  private Optional<Path> certificateKey = environment("QUIVER_CERTIFICATE_KEY").map(Path::of);

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description =
          "An API key, where the cluster has any. Others on this machine can see it here, but not"
              + " in the environment (QUIVER_API_KEY).")
  private Optional<String> apiKey = environment("QUIVER_API_KEY");

  Connection() {}

  Connection(List<String> endpoints) {
    this.endpoints = List.copyOf(endpoints);
  }

  /// As [#open(Duration)], with time enough for the cluster to choose new leaders meanwhile.
  QuiverClient open() {
    return open(CALL_TIMEOUT);
  }

  /// A client of the cluster, once one of the nodes has been seen to listen: who mistypes an
  /// address shall not have to wait until a call's time is over.
  ///
  /// @param timeout of each call
  /// @throws CommandFailedException if none listens
  QuiverClient open(Duration timeout) {
    var addresses = endpoints.stream().map(Connection::parse).toList();
    if (addresses.stream().noneMatch(Connection::listens)) {
      throw new CommandFailedException(
          ExitCode.UNREACHABLE,
          String.join(", ", endpoints)
              + ": no answer (expected: a Quiver node there; 'quiver serve' starts one)");
    }
    return secured(QuiverClient.builder().seeds(endpoints).timeout(timeout)).build();
  }

  private QuiverClient.Builder secured(QuiverClient.Builder client) {
    authority.ifPresent(client::tls);
    if (certificate.isPresent() != certificateKey.isPresent()) {
      throw new IllegalArgumentException(
          "certificate, certificate-key: one is given (expected: both, or none)");
    }
    certificate.ifPresent(file -> client.certificate(file, certificateKey.orElseThrow()));
    apiKey.ifPresent(client::apiKey);
    return client;
  }

  private static Optional<String> environment(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }

  private static InetSocketAddress parse(String endpoint) {
    var matcher = ENDPOINT.matcher(endpoint);
    if (!matcher.matches() || Integer.parseInt(matcher.group("port")) > 0xFFFF) {
      throw new IllegalArgumentException("endpoint: " + endpoint + " (expected: HOST:PORT)");
    }
    return new InetSocketAddress(host(matcher), Integer.parseInt(matcher.group("port")));
  }

  private static String host(Matcher matcher) {
    var host = matcher.group("host");
    return host != null ? host : matcher.group("v6");
  }

  private static boolean listens(InetSocketAddress address) {
    try (var socket = new Socket()) {
      socket.connect(address, CONNECT_TIMEOUT_MILLIS);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
