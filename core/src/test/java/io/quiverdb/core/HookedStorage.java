package io.quiverdb.core;

import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.storage.WritableFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Runs something before each call of another storage, in the thread that calls: so that what may
/// happen during a checkpoint happens at a chosen moment of it.
final class HookedStorage implements Storage {
  private final Storage storage;
  private Runnable beforeCall = () -> {};

  HookedStorage(Storage storage) {
    this.storage = storage;
  }

  void setBeforeCall(Runnable beforeCall) {
    this.beforeCall = beforeCall;
  }

  @Override
  public WritableFile create(String path) throws IOException {
    beforeCall.run();
    return new HookedFile(storage.create(path));
  }

  @Override
  public ReadableFile open(String path) throws IOException {
    beforeCall.run();
    return storage.open(path);
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

    HookedFile(WritableFile file) {
      this.file = file;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      beforeCall.run();
      file.append(bytes);
    }

    @Override
    public long length() {
      return file.length();
    }

    @Override
    public void sync() throws IOException {
      beforeCall.run();
      file.sync();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
