package io.quiverdb.core.storage;

import io.quiverdb.core.StoreLockedException;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Files of the operating system, below a root directory.
public final class FileStorage implements Storage {
  /// Lock files held by this JVM. The operating system locks for processes, and closing *any*
  /// channel of a locked file gives the lock up, so a second opener in this JVM must not even open
  /// it.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path root;

  private FileStorage(Path root) {
    this.root = root;
  }

  public static FileStorage at(Path root) {
    return new FileStorage(root.toAbsolutePath().normalize());
  }

  @Override
  public Optional<Path> directory() {
    return Optional.of(root);
  }

  @Override
  public WritableFile create(String path) throws IOException {
    Path file = Files.createFile(resolve(path));
    return new AppendedFile(new FileOutputStream(file.toFile()));
  }

  @Override
  public ReadableFile open(String path, Arena arena) throws IOException {
    // Mapped here and not on demand, so that whoever has opened a file may read it after its
    // deletion.
    return withoutInterruption(() -> map(path, arena));
  }

  private MappedFile map(String path, Arena arena) throws IOException {
    try (var channel = FileChannel.open(resolve(path), StandardOpenOption.READ)) {
      return new MappedFile(path, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
    }
  }

  @Override
  public boolean exists(String path) throws IOException {
    // Not Files.exists: a file that cannot be reached is not an absent one.
    try {
      Files.readAttributes(resolve(path), BasicFileAttributes.class);
      return true;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  @Override
  public List<String> list(String directory) throws IOException {
    try (var paths = Files.newDirectoryStream(resolve(directory))) {
      var names = new ArrayList<String>();
      paths.forEach(path -> names.add(path.getFileName().toString()));
      return List.copyOf(names);
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    if (directory.isEmpty()) {
      createRoot(root, FileStorage::syncNames);
    }
    Files.createDirectories(resolve(directory));
  }

  interface DirectorySync {
    void sync(Path directory) throws IOException;
  }

  /// Makes `root` and its name durable, and those above it that are missing. Their names stand
  /// outside of the tree, where no caller could sync them. A process that was killed may have made
  /// `root` and not come to its name, so that is synced also if it is there.
  static void createRoot(Path root, DirectorySync names) throws IOException {
    Path parent = root.getParent();
    if (parent == null) {
      return;
    }
    if (Files.isDirectory(root)) {
      if (Files.isReadable(parent)) {
        names.sync(parent);
      }
      return;
    }
    if (!Files.isDirectory(parent)) {
      createRoot(parent, names);
    }
    Files.createDirectories(root);
    names.sync(parent);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(
        resolve(from),
        resolve(to),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void link(String existing, String link) throws IOException {
    var _ = Files.createLink(resolve(link), resolve(existing));
  }

  @Override
  public boolean adopt(Path file, String path) throws IOException {
    try {
      var _ = Files.createLink(resolve(path), file);
      return true;
    } catch (NoSuchFileException | FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException _) {
      // Another file system, or one without second names.
      return false;
    }
  }

  @Override
  public void delete(String path) throws IOException {
    Files.delete(resolve(path));
  }

  @Override
  public void truncate(String path, long length) throws IOException {
    try (var file = new RandomAccessFile(resolve(path).toFile(), "rw")) {
      file.setLength(length);
    }
  }

  @Override
  public void sync(String path) throws IOException {
    try (var file = new FileInputStream(resolve(path).toFile())) {
      file.getFD().sync();
    }
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    syncNames(resolve(directory));
  }

  private static void syncNames(Path directory) throws IOException {
    withoutInterruption(
        () -> {
          try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
          return true;
        });
  }

  /// A channel closes itself when its thread is interrupted. Which says nothing about the disk: so
  /// the action is repeated, and the interruption kept for whoever asks for it.
  private static <T> T withoutInterruption(ChannelAction<T> action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return action.run();
        } catch (ClosedByInterruptException _) {
          var _ = Thread.interrupted();
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @FunctionalInterface
  private interface ChannelAction<T> {
    T run() throws IOException;
  }

  @Override
  public Closeable lock(String path) throws IOException {
    Path file = root.toRealPath().resolve(path);
    if (!HELD_HERE.add(file)) {
      throw new StoreLockedException(
          root.toString(), "this process (pid " + ProcessHandle.current().pid() + ")");
    }
    try {
      return lockAgainstProcesses(file);
    } catch (IOException | RuntimeException e) {
      HELD_HERE.remove(file);
      throw e;
    }
  }

  private Closeable lockAgainstProcesses(Path file) throws IOException {
    var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
      if (lock == null) {
        throw new StoreLockedException(root.toString(), "pid " + Files.readString(file).strip());
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)),
          0);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return () -> {
      channel.close();
      HELD_HERE.remove(file);
    };
  }

  private Path resolve(String path) {
    return root.resolve(path);
  }

  /// A stream and not a channel: a channel is closed, and the store would fail, when the thread
  /// that writes is interrupted.
  private static final class AppendedFile implements WritableFile {
    private static final int COPY_BYTES = 64 * 1024;

    private final FileOutputStream stream;
    private long length;
    private boolean failed;

    AppendedFile(FileOutputStream stream) {
      this.stream = stream;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      requireIntact();
      int appendedBytes = bytes.remaining();
      failed = true;
      write(bytes);
      failed = false;
      length += appendedBytes;
    }

    private void write(ByteBuffer bytes) throws IOException {
      if (bytes.hasArray()) {
        stream.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        bytes.position(bytes.limit());
        return;
      }
      var copy = new byte[Math.min(COPY_BYTES, bytes.remaining())];
      while (bytes.hasRemaining()) {
        int count = Math.min(copy.length, bytes.remaining());
        bytes.get(copy, 0, count);
        stream.write(copy, 0, count);
      }
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void sync() throws IOException {
      requireIntact();
      failed = true;
      stream.getFD().sync();
      failed = false;
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }

    /// After a failure nobody knows what the file holds.
    private void requireIntact() throws IOException {
      if (failed) {
        throw new IOException("a write or sync of this file failed before");
      }
    }
  }

  private record MappedFile(String path, MemorySegment bytes) implements ReadableFile {
    @Override
    public long length() {
      return bytes.byteSize();
    }
  }
}
