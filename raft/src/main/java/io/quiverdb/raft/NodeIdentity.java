package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// The file that names a node, drawn when its data directory is first used.
///
/// | line | content                                         |
/// |------|-------------------------------------------------|
/// |    1 | `quiver-node`, a space, the format version      |
/// |    2 | the node's UUID                                 |
public final class NodeIdentity {
  static final String NAME = "node";
  private static final int VERSION = 1;
  private static final Pattern CONTENT =
      Pattern.compile("quiver-node (\\d{1,9})\n([0-9a-f-]{36})\n");

  private NodeIdentity() {}

  /// The node of a data directory: drawn now if the directory is new, durably.
  ///
  /// @throws CorruptFileException if the file does not hold what was written to it, or is gone from
  ///   a directory that was used
  /// @throws io.quiverdb.core.StoreLockedException if there is none yet and another process has the
  ///   directory open
  public static NodeId of(Path dataDirectory, RandomGenerator random) throws IOException {
    var storage = FileStorage.at(dataDirectory);
    if (storage.exists(NAME)) {
      return read(storage);
    }
    storage.createDirectories("");
    try (var _ = storage.lock("LOCK")) {
      return open(storage, random);
    }
  }

  /// Durable when it returns.
  ///
  /// @param storage of the data directory
  /// @throws CorruptFileException if the file does not hold what was written to it, or is gone from
  ///   a directory that was used
  static NodeId open(Storage storage, RandomGenerator random) throws IOException {
    if (storage.exists(NAME)) {
      return read(storage);
    }
    // A node that came back under a new name would forget what it voted.
    if (storage.exists("raft") || storage.exists("claim")) {
      throw new CorruptFileException(NAME, 0, "file", "there, like the node's data", "missing");
    }
    var drawn = new NodeId(draw(random));
    AtomicFile.replace(
        storage,
        "",
        NAME,
        "quiver-node %d\n%s\n".formatted(VERSION, drawn).getBytes(StandardCharsets.US_ASCII));
    return drawn;
  }

  private static NodeId read(Storage storage) throws IOException {
    var bytes = storage.open(NAME).bytes().toArray(ValueLayout.JAVA_BYTE);
    var content = CONTENT.matcher(new String(bytes, StandardCharsets.US_ASCII));
    if (!content.matches()) {
      throw new CorruptFileException(NAME, 0, "content", "a version and a node id", "another");
    }
    if (Integer.parseInt(content.group(1)) != VERSION) {
      throw new CorruptFileException(NAME, 0, "format version", VERSION, content.group(1));
    }
    return NodeId.parse(content.group(2));
  }

  /// A version 4 UUID.
  private static UUID draw(RandomGenerator random) {
    long high = (random.nextLong() & ~0xf000L) | 0x4000L;
    long low = (random.nextLong() >>> 2) | Long.MIN_VALUE;
    return new UUID(high, low);
  }
}
