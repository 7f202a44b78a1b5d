package io.quiverdb.jepsen.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The clocks of the nodes, by libfaketime (LGPL, loaded into their processes where it is
/// installed). A wall clock can be set while its node runs; at which rate clocks go is fixed when
/// it is started.
public final class Clocks {
  private static final List<Path> LIBRARIES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/faketime/libfaketimeMT.so.1"));

  /// Whether a wait with a limit, which is a moment of the monotonic clock, is converted as that
  /// clock is.
  private static final String CONVERTS_WAITS = "FAKETIME_FORCE_MONOTONIC_FIX";

  private final Path folder;

  private Clocks(Path folder) {
    this.folder = folder;
  }

  /// Why there are none to be had; empty if there are.
  static Optional<String> obstacle() {
    return library().isPresent()
        ? Optional.empty()
        : Optional.of("libfaketime is not there (Debian: apt-get install libfaketime)");
  }

  private static Optional<Path> library() {
    return LIBRARIES.stream().filter(Files::exists).findFirst();
  }

  /// @param folder for the files that say what the clocks show
  static Clocks in(Path folder, int nodes) throws IOException {
    var clocks = new Clocks(Files.createDirectories(folder));
    for (int node = 0; node < nodes; node++) {
      clocks.set(node, Duration.ZERO);
    }
    return clocks;
  }

  /// For a node whose wall clock can be set: it shows that within a second. Its timers go on by the
  /// true clock. To look into the file each time it is asked for the time would stop a node.
  Map<String, String> settable(int node) {
    var environment = preloaded();
    environment.put("FAKETIME_TIMESTAMP_FILE", file(node).toString());
    environment.put("FAKETIME_CACHE_DURATION", "1");
    environment.put("DONT_FAKE_MONOTONIC", "1");
    // Else every wait with a limit ends at once, and nodes do nothing but wait again.
    environment.put(CONVERTS_WAITS, "0");
    return environment;
  }

  /// For a node for which time goes by at another rate, timers included.
  public Map<String, String> atRate(double rate) {
    var environment = preloaded();
    environment.put("FAKETIME", "+0 x" + rate);
    environment.put("FAKETIME_TIMESTAMP_FILE", "");
    environment.put("DONT_FAKE_MONOTONIC", "0");
    // And here they would not end at all without it.
    environment.put(CONVERTS_WAITS, "1");
    return environment;
  }

  private static Map<String, String> preloaded() {
    var environment = new HashMap<String, String>();
    environment.put("LD_PRELOAD", library().orElseThrow().toString());
    return environment;
  }

  /// Sets the wall clock of a node, from now on, so far beside the true one.
  public void set(int node, Duration offset) throws IOException {
    Path written = folder.resolve("clock.tmp");
    Files.writeString(written, "%+d".formatted(offset.toSeconds()));
    Files.move(written, file(node), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file(int node) {
    return folder.resolve(TestCluster.name(node) + ".clock").toAbsolutePath();
  }
}
