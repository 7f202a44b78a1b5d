package io.quiverdb.core;

import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.storage.WritableFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Runs something before each call of another storage, in the thread that calls: so that what may
/// happen during a checkpoint or a compaction happens at a chosen moment of it.
final class HookedStorage implements Storage {
  private final Storage storage;
  private Runnable beforeCall = () -> {};
  private Runnable beforeSegmentWrite = () -> {};
  private Consumer<String> beforeFile = _ -> {};
  private Consumer<String> beforeRead = _ -> {};

  HookedStorage(Storage storage) {
    this.storage = storage;
  }

  void setBeforeCall(Runnable beforeCall) {
    this.beforeCall = beforeCall;
  }

  /// Before each write to a file of a segment: a compaction then holds no lock that others need.
  void setBeforeSegmentWrite(Runnable beforeSegmentWrite) {
    this.beforeSegmentWrite = beforeSegmentWrite;
  }

  /// Before a file is created or opened: takes its path.
  void setBeforeFile(Consumer<String> beforeFile) {
    this.beforeFile = beforeFile;
  }

  /// Before a part of a file is read that was opened: takes its path.
  void setBeforeRead(Consumer<String> beforeRead) {
    this.beforeRead = beforeRead;
  }

  private ReadableFile hooked(String path, ReadableFile file) {
    return new ReadableFile() {
      @Override
      public String path() {
        return file.path();
      }

      @Override
      public MemorySegment bytes() throws IOException {
        return file.bytes();
      }

      @Override
      public MemorySegment bytes(long offset, long length) throws IOException {
        beforeRead.accept(path);
        return file.bytes(offset, length);
      }

      @Override
      public long length() {
        return file.length();
      }
    };
  }

  @Override
  public WritableFile create(String path) throws IOException {
    beforeCall.run();
    beforeFile.accept(path);
    return new HookedFile(storage.create(path), path.contains("/seg-"));
  }

  @Override
  public ReadableFile open(String path, Arena arena) throws IOException {
    beforeCall.run();
    beforeFile.accept(path);
    return hooked(path, storage.open(path, arena));
  }

  @Override
  public ReadableFile open(String path) throws IOException {
    beforeCall.run();
    beforeFile.accept(path);
    return hooked(path, storage.open(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    beforeCall.run();
    return storage.exists(path);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    beforeCall.run();
    return storage.list(directory);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    beforeCall.run();
    storage.createDirectories(directory);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    beforeCall.run();
    storage.rename(from, to);
  }

  @Override
  public void link(String existing, String link) throws IOException {
    beforeCall.run();
    storage.link(existing, link);
  }

  @Override
  public boolean adopt(Path file, String path) throws IOException {
    beforeCall.run();
    return storage.adopt(file, path);
  }

  @Override
  public void delete(String path) throws IOException {
    beforeCall.run();
    storage.delete(path);
  }

  @Override
  public void truncate(String path, long length) throws IOException {
    beforeCall.run();
    storage.truncate(path, length);
  }

  @Override
  public void sync(String path) throws IOException {
    beforeCall.run();
    storage.sync(path);
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    beforeCall.run();
    storage.syncDirectory(directory);
  }

  @Override
  public Closeable lock(String path) throws IOException {
    beforeCall.run();
    return storage.lock(path);
  }

  private final class HookedFile implements WritableFile {
    private final WritableFile file;

    private final boolean ofSegment;

    HookedFile(WritableFile file, boolean ofSegment) {
      this.file = file;
      this.ofSegment = ofSegment;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      beforeWrite();
      file.append(bytes);
    }

    @Override
    public long length() {
      return file.length();
    }

    @Override
    public void sync() throws IOException {
      beforeWrite();
      file.sync();
    }

    private void beforeWrite() {
      beforeCall.run();
      if (ofSegment) {
        beforeSegmentWrite.run();
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
