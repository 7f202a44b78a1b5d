package io.quiverdb.core.storage;

import io.quiverdb.core.StoreLockedException;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
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
  public WritableFile create(String path) throws IOException {
    return new AppendedFile(
        FileChannel.open(resolve(path), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  @Override
  public ReadableFile open(String path) throws IOException {
    // Mapped here and not on demand, so that whoever has opened a file may read it after its
    // deletion.
    try (var channel = FileChannel.open(resolve(path), StandardOpenOption.READ)) {
      return new MappedFile(
          path, channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
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
    Files.createDirectories(resolve(directory));
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
  public void delete(String path) throws IOException {
    Files.delete(resolve(path));
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    try (var channel = FileChannel.open(resolve(directory), StandardOpenOption.READ)) {
      channel.force(true);
    }
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

  private static final class AppendedFile implements WritableFile {
    private final FileChannel channel;
    private long length;
    private boolean failed;

    AppendedFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      requireIntact();
      int appendedBytes = bytes.remaining();
      failed = true;
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      failed = false;
      length += appendedBytes;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void sync() throws IOException {
      requireIntact();
      failed = true;
      channel.force(true);
      failed = false;
    }

    @Override
    public void close() throws IOException {
      channel.close();
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
