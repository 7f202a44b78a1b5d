package io.quiverdb.jepsen.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A named network namespace, made and removed by `ip` (iproute2). Its name holds the id of the
/// process that owns it, which alone removes it; those of processes that are gone are removed by
/// whoever comes next.
final class NetworkNamespace implements AutoCloseable {
  private static final Path FOLDER = Path.of("/run/netns");
  private static final String PREFIX = "quiver-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d+)-\\d+-\\d+");
  // Large packets spare the switch work; queues are long, that only the switch drops.
  private static final String MTU = "9000";
  private static final String QUEUE_PACKETS = "10000";

  private final String name;

  private NetworkNamespace(String name) {
    this.name = name;
  }

  /// @param network distinguishes those of one process
  static NetworkNamespace create(int network, int node) throws IOException {
    var name = PREFIX + ProcessHandle.current().pid() + "-" + network + "-" + node;
    ip("netns", "add", name);
    var created = new NetworkNamespace(name);
    try {
      created.inside("link", "set", "dev", "lo", "up");
      return created;
    } catch (IOException e) {
      created.close();
      throw e;
    }
  }

  /// Removes those whose owners have ended without doing so.
  static void removeStale() throws IOException {
    for (var name : names()) {
      var matcher = NAME.matcher(name);
      if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
        remove(name);
      }
    }
  }

  private static void remove(String name) throws IOException {
    try {
      ip("netns", "delete", name);
    } catch (IOException e) {
      // Somebody else may have come first.
      if (names().contains(name)) {
        throw e;
      }
    }
  }

  static List<String> names() throws IOException {
    var names = new ArrayList<String>();
    if (Files.isDirectory(FOLDER)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(FOLDER)) {
        entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
      }
    }
    return names;
  }

  /// Gives a device an address in the namespace of this process.
  static void attach(TunDevice device, String address) throws IOException {
    ip("address", "add", address, "dev", device.name());
    ip("link", "set", "dev", device.name(), "mtu", MTU, "txqueuelen", QUEUE_PACKETS, "up");
  }

  String name() {
    return name;
  }

  /// Moves a device here and gives it an address.
  void adopt(TunDevice device, String address) throws IOException {
    ip("link", "set", "dev", device.name(), "netns", name);
    inside("address", "add", address, "dev", device.name());
    inside("link", "set", "dev", device.name(), "mtu", MTU, "txqueuelen", QUEUE_PACKETS, "up");
  }

  /// Goes before a command that is to run here. Unlike `ip netns exec` it leaves mounts alone: a
  /// JVM reads its limits from below `/sys`.
  List<String> enter() {
    return List.of("nsenter", "--net=" + FOLDER.resolve(name));
  }

  @Override
  public void close() throws IOException {
    ip("netns", "delete", name);
  }

  private void inside(String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("-n", name));
    command.addAll(List.of(arguments));
    ip(command.toArray(String[]::new));
  }

  private static void ip(String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException(String.join(" ", command) + ": interrupted", e);
    }
  }
}
