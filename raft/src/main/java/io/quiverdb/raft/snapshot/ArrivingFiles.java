package io.quiverdb.raft.snapshot;

import io.quiverdb.core.snapshot.SnapshotFile;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.ReadableFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The files of a snapshot in the directory that they are fetched into. What has come may be read
/// before the rest has: by whoever verifies them, so that little is left to do when the last byte
/// is there.
///
/// What is read so may yet turn out not to be what was offered: then its file never comes whole,
/// and nothing that was read of it counts.
final class ArrivingFiles implements SnapshotFiles, AutoCloseable {
  /// Behind the name of a file that has not come whole.
  private static final String PART = ".part";

  /// Smaller ones are waited for whole: they take no open file meanwhile.
  static final long READ_EARLY_BYTES_MIN = 8 << 20;

  private final Path directory;
  private final List<SnapshotFile> list;
  private final Map<SnapshotFile, Arrival> arrivals = new HashMap<>();

  /// Why some of them never come.
  private Optional<Exception> failure = Optional.empty();

  /// Nobody waits for them any more.
  private boolean abandoned;

  /// Of one file.
  private static final class Arrival {
    private long bytes;
    private boolean whole;

    /// For those who read it before it is whole; under its second name, too.
    private Optional<FileChannel> channel = Optional.empty();
  }

  ArrivingFiles(Path directory, List<SnapshotFile> list) {
    this.directory = directory;
    this.list = List.copyOf(list);
    list.forEach(file -> arrivals.put(file, new Arrival()));
  }

  /// Where a file lies when it has come whole.
  static Path whole(Path directory, SnapshotFile file) {
    return directory.resolve(name(file));
  }

  /// Where it lies before.
  static Path part(Path directory, SnapshotFile file) {
    return directory.resolve(name(file) + PART);
  }

  private static String name(SnapshotFile file) {
    return SnapshotPull.hex(file.sha256());
  }

  // --- by the one who fetches them

  /// @param bytes of it that are there, from its begin
  synchronized void came(SnapshotFile file, long bytes) {
    arrival(file).bytes = bytes;
    notifyAll();
  }

  synchronized void cameWhole(SnapshotFile file) {
    arrival(file).whole = true;
    notifyAll();
  }

  /// Nothing more comes.
  ///
  /// @param cause of class [IOException] or unchecked
  synchronized void fail(Exception cause) {
    failure = Optional.of(cause);
    notifyAll();
  }

  synchronized boolean isAbandoned() {
    return abandoned;
  }

  // --- by the one who reads them

  /// @throws IOException or what else ended the fetching
  synchronized void requireNoFailure() throws IOException {
    if (failure.isPresent()) {
      switch (failure.get()) {
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Exception e -> throw new AssertionError("of neither class", e);
      }
    }
  }

  synchronized void abandon() {
    abandoned = true;
  }

  @Override
  public List<SnapshotFile> list() {
    return list;
  }

  @Override
  public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
    synchronized (this) {
      if (!arrival(file).whole) {
        return new Arriving(file, arena);
      }
    }
    return openWhole(file, arena);
  }

  private ReadableFile openWhole(SnapshotFile file, Arena arena) throws IOException {
    return FileStorage.at(directory).open(name(file), arena);
  }

  @Override
  public Optional<Path> place(SnapshotFile file) throws IOException {
    awaitWhole(file);
    return Optional.of(whole(directory, file));
  }

  private void awaitWhole(SnapshotFile file) throws IOException {
    boolean _ = awaitBytes(file, Long.MAX_VALUE);
  }

  /// @return whether it has come whole
  private synchronized boolean awaitBytes(SnapshotFile file, long bytes) throws IOException {
    var arrival = arrival(file);
    try {
      while (!arrival.whole && arrival.bytes < bytes) {
        if (failure.isPresent()) {
          throw new IOException(file.name() + " of a snapshot: not all of it came", failure.get());
        }
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException)
          new InterruptedIOException(file.name() + " of a snapshot: not waited for").initCause(e);
    }
    return arrival.whole;
  }

  private Arrival arrival(SnapshotFile file) {
    var arrival = arrivals.get(file);
    if (arrival == null) {
      throw new IllegalArgumentException("file: " + file.name() + " (expected: one of the list)");
    }
    return arrival;
  }

  private synchronized FileChannel channel(SnapshotFile file) throws IOException {
    var arrival = arrival(file);
    if (arrival.channel.isEmpty()) {
      arrival.channel = Optional.of(openChannel(file));
    }
    return arrival.channel.get();
  }

  private FileChannel openChannel(SnapshotFile file) throws IOException {
    try {
      return FileChannel.open(part(directory, file), StandardOpenOption.READ);
    } catch (NoSuchFileException _) {
      // It has become whole just now.
      return FileChannel.open(whole(directory, file), StandardOpenOption.READ);
    }
  }

  /// Nothing of what was opened before it came whole is read any more.
  @Override
  public synchronized void close() throws IOException {
    for (var arrival : arrivals.values()) {
      if (arrival.channel.isPresent()) {
        arrival.channel.get().close();
      }
    }
  }

  /// A file that had not come whole when it was opened.
  private final class Arriving implements ReadableFile {
    private final SnapshotFile file;
    private final Arena arena;

    /// Mapped, once it has come.
    private volatile Optional<ReadableFile> mapped = Optional.empty();

    Arriving(SnapshotFile file, Arena arena) {
      this.file = file;
      this.arena = arena;
    }

    @Override
    public String path() {
      return name(file);
    }

    @Override
    public long length() {
      return file.bytes();
    }

    @Override
    public MemorySegment bytes() throws IOException {
      if (mapped.isEmpty()) {
        awaitWhole(file);
        mapped = Optional.of(openWhole(file, arena));
      }
      return mapped.orElseThrow().bytes();
    }

    @Override
    public MemorySegment bytes(long offset, long length) throws IOException {
      if (mapped.isPresent()
          || file.bytes() < READ_EARLY_BYTES_MIN
          || awaitBytes(file, offset + length)) {
        return bytes().asSlice(offset, length);
      }
      return read(channel(file), offset, length);
    }

    private MemorySegment read(FileChannel channel, long offset, long length) throws IOException {
      var bytes = ByteBuffer.allocate(Math.toIntExact(length));
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, offset + bytes.position()) < 0) {
          throw new EOFException(file.name() + " of a snapshot: ends before " + (offset + length));
        }
      }
      return MemorySegment.ofArray(bytes.array()).asReadOnly();
    }
  }
}
