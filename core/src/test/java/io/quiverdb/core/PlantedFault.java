package io.quiverdb.core;

import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.storage.WritableFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A mistake in the order of writes, made on purpose: whoever looks for such mistakes has to find
/// it.
enum PlantedFault {
  /// The payloads of segments are never synced.
  SYNC_OF_ONE_FILE_LEFT_OUT {
    @Override
    Storage in(Storage storage) {
      return new Disturbed(storage) {
        @Override
        boolean syncs(String path) {
          return !path.endsWith(".pay");
        }
      };
    }
  },

  /// Files that are renamed are synced only afterwards.
  RENAMED_BEFORE_IT_IS_SYNCED {
    @Override
    Storage in(Storage storage) {
      return new Disturbed(storage) {
        private final Map<String, WritableFile> unsynced = new HashMap<>();

        @Override
        boolean syncs(String path) {
          return !path.endsWith(".tmp");
        }

        @Override
        boolean closes(String path, WritableFile file) {
          if (syncs(path)) {
            return true;
          }
          unsynced.put(path, file);
          return false;
        }

        @Override
        public void rename(String from, String to) throws IOException {
          super.rename(from, to);
          var file = Optional.ofNullable(unsynced.remove(from));
          if (file.isPresent()) {
            file.get().sync();
            file.get().close();
          }
        }
      };
    }
  },

  /// The directories of collections are never synced.
  DIRECTORY_NOT_SYNCED {
    @Override
    Storage in(Storage storage) {
      return new Disturbed(storage) {
        @Override
        public void syncDirectory(String directory) throws IOException {
          if (!directory.contains("collections/")) {
            super.syncDirectory(directory);
          }
        }
      };
    }
  };

  /// A storage with this fault.
  abstract Storage in(Storage storage);

  abstract static class Disturbed implements Storage {
    private final Storage storage;

    Disturbed(Storage storage) {
      this.storage = storage;
    }

    boolean syncs(String path) {
      return true;
    }

    boolean closes(String path, WritableFile file) {
      return true;
    }

    @Override
    public WritableFile create(String path) throws IOException {
      return new DisturbedFile(path, storage.create(path));
    }

    @Override
    public ReadableFile open(String path, Arena arena) throws IOException {
      return storage.open(path, arena);
    }

    @Override
    public ReadableFile open(String path) throws IOException {
      return storage.open(path);
    }

    @Override
    public boolean exists(String path) throws IOException {
      return storage.exists(path);
    }

    @Override
    public List<String> list(String directory) throws IOException {
      return storage.list(directory);
    }

    @Override
    public void createDirectories(String directory) throws IOException {
      storage.createDirectories(directory);
    }

    @Override
    public void rename(String from, String to) throws IOException {
      storage.rename(from, to);
    }

    @Override
    public void delete(String path) throws IOException {
      storage.delete(path);
    }

    @Override
    public void link(String existing, String link) throws IOException {
      storage.link(existing, link);
    }

    @Override
    public boolean adopt(Path file, String path) throws IOException {
      return storage.adopt(file, path);
    }

    @Override
    public void truncate(String path, long length) throws IOException {
      storage.truncate(path, length);
    }

    @Override
    public void sync(String path) throws IOException {
      storage.sync(path);
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
      storage.syncDirectory(directory);
    }

    @Override
    public Closeable lock(String path) throws IOException {
      return storage.lock(path);
    }

    private final class DisturbedFile implements WritableFile {
      private final String path;
      private final WritableFile file;

      DisturbedFile(String path, WritableFile file) {
        this.path = path;
        this.file = file;
      }

      @Override
      public void append(ByteBuffer bytes) throws IOException {
        file.append(bytes);
      }

      @Override
      public long length() {
        return file.length();
      }

      @Override
      public void sync() throws IOException {
        if (syncs(path)) {
          file.sync();
        }
      }

      @Override
      public void close() throws IOException {
        if (closes(path, file)) {
          file.close();
        }
      }
    }
  }
}
