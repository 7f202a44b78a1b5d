package io.quiverdb.raft.log;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.raft.log.WatermarksFormat.Content;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// Remembers, for each group of a node, up to which index its log is known to be committed and to
/// be on this node's disk. Without it, what a crash tore while it was being written could not be
/// told from committed entries that have rotted: both end a log early.
///
/// A mark only rises, and is at most a tenth of a second behind, written beside the log and never
/// waited for.
public final class Watermarks implements Closeable {
  private static final String NAME = "watermarks";
  private static final long NOTHING = -1;

  private final WatermarksFormat format;
  private final FileChannel channel;
  private final Map<UUID, Long> marks;
  private long count;
  private boolean risen;
  private boolean failed;

  private Watermarks(WatermarksFormat format, FileChannel channel, Content content) {
    this.format = format;
    this.channel = channel;
    this.marks = new HashMap<>(content.marks());
    this.count = content.count();
  }

  /// Opens those of a data directory. The file is made where there is none, durably.
  ///
  /// @param codec of what belongs to no collection
  /// @param anyGroup whether groups were opened here: then the file must be there
  /// @throws CorruptFileException if it is damaged or gone
  public static Watermarks open(Path dataDirectory, PageCodec codec, boolean anyGroup)
      throws IOException {
    Path file = dataDirectory.resolve(NAME);
    boolean exists = Files.exists(file);
    if (!exists && anyGroup) {
      throw new CorruptFileException(NAME, 0, "file", "there, like the node's logs", "missing");
    }
    var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      var format = new WatermarksFormat(codec);
      var read = newest(format, channel);
      if (read.isEmpty() && anyGroup) {
        throw new CorruptFileException(NAME, 0, "slots", "one that is sound", "none");
      }
      var opened = new Watermarks(format, channel, read.orElse(new Content(0, Map.of())));
      // What was read may be in memory only: nothing is written over the other slot before this one
      // is on the disk.
      opened.writeSlot();
      LogGuard.syncDirectory(dataDirectory);
      return opened;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// The marks of a data directory that no process has open, as far as they can be read.
  public static Map<UUID, Long> read(Path dataDirectory, PageCodec codec) throws IOException {
    Path file = dataDirectory.resolve(NAME);
    if (!Files.exists(file)) {
      return Map.of();
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return newest(new WatermarksFormat(codec), channel).map(Content::marks).orElse(Map.of());
    }
  }

  /// Before all groups of a node are made anew.
  public static void delete(Path dataDirectory) throws IOException {
    Files.deleteIfExists(dataDirectory.resolve(NAME));
    LogGuard.syncDirectory(dataDirectory);
  }

  private static Optional<Content> newest(WatermarksFormat format, FileChannel channel)
      throws IOException {
    var first = format.read(slot(channel, 0));
    var second = format.read(slot(channel, 1));
    return Stream.of(first, second)
        .flatMap(Optional::stream)
        .reduce((one, other) -> one.count() > other.count() ? one : other);
  }

  private static ByteBuffer slot(FileChannel channel, int number) throws IOException {
    long start = (long) number * WatermarksFormat.SLOT_BYTES;
    long there = Math.clamp(channel.size() - start, 0, WatermarksFormat.SLOT_BYTES);
    var bytes = ByteBuffer.allocate((int) there);
    while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
      // Until all is read.
    }
    return bytes.flip();
  }

  /// The mark of a group; −1 if it has none.
  public synchronized long of(UUID group) {
    return marks.getOrDefault(group, NOTHING);
  }

  /// @param index of an entry that is committed, and that this node has synced, as all before it
  public synchronized void raise(UUID group, long index) {
    if (index > of(group)) {
      marks.put(group, index);
      risen = true;
    }
  }

  /// Before a group's replica is made anew: what the one before it had says nothing of it.
  public synchronized void forget(UUID group) throws IOException {
    if (marks.remove(group) != null) {
      risen = true;
      write();
    }
  }

  /// Makes the marks durable, if any has risen. After a failure it fails for ever: what is on the
  /// disk is not known then.
  public synchronized void write() throws IOException {
    if (failed) {
      throw new IOException("watermarks: failed before (expected: opened again)");
    }
    if (risen) {
      risen = false;
      count++;
      writeSlot();
    }
  }

  private void writeSlot() throws IOException {
    var slot = ByteBuffer.wrap(format.write(new Content(count, marks)));
    long at = count % 2 * WatermarksFormat.SLOT_BYTES;
    failed = true;
    while (slot.hasRemaining()) {
      channel.write(slot, at + slot.position());
    }
    channel.force(false);
    failed = false;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
