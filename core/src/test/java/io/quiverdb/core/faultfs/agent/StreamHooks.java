package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.UnforcedBytes.OldBytes;
import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.SyncFailedException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Of `FileOutputStream`, `RandomAccessFile` and `FileDescriptor`.
public final class StreamHooks {
  private static final int O_RDWR = 2;

  private StreamHooks() {}

  /// [FileOutputStream]; it is emptied unless it is appended to.
  public static void opening(String name, boolean append) throws IOException {
    boolean _ =
        IoHooks.outside(
            true,
            () -> {
              Path path = Path.of(name);
              if (!Files.exists(path)) {
                createForStream(path);
              } else if (!append) {
                boolean _ =
                    IoHooks.disk()
                        .empty(
                            path,
                            () -> {
                              try (var file = new RandomAccessFile(name, "rw")) {
                                file.setLength(0);
                              }
                              return true;
                            });
              }
              return true;
            });
  }

  /// [RandomAccessFile].
  public static void opening(String name, int mode) throws IOException {
    if ((mode & O_RDWR) != 0) {
      opening(name, true);
    }
  }

  /// The stream then finds it there, empty.
  private static void createForStream(Path path) throws IOException {
    try {
      var _ = IoHooks.disk().create(path, () -> Files.createFile(path));
    } catch (IOException e) {
      if (e.getCause() instanceof InjectedException) {
        throw (FileNotFoundException) new FileNotFoundException(e.getMessage()).initCause(e);
      }
      // The stream will say what is wrong.
    }
  }

  public static boolean write(FileOutputStream stream, FileDescriptor descriptor, int oneByte)
      throws IOException {
    return write(stream, descriptor, new byte[] {(byte) oneByte});
  }

  public static boolean write(FileOutputStream stream, FileDescriptor descriptor, byte[] bytes)
      throws IOException {
    return write(stream, descriptor, bytes, 0, bytes.length);
  }

  public static boolean write(
      FileOutputStream stream, FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws IOException {
    long written =
        IoHooks.onFile(
            descriptor,
            file ->
                IoHooks.write(
                    file,
                    file::position,
                    length,
                    file::read,
                    some -> {
                      stream.write(bytes, offset, Math.toIntExact(some));
                      return some;
                    }));
    return written != IoHooks.TO_METHOD;
  }

  public static boolean write(RandomAccessFile file, FileDescriptor descriptor, int oneByte)
      throws IOException {
    return write(file, descriptor, new byte[] {(byte) oneByte}, 0, 1);
  }

  public static boolean write(
      RandomAccessFile file, FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws IOException {
    long written =
        IoHooks.onFile(
            descriptor,
            open ->
                IoHooks.write(
                    open,
                    file::getFilePointer,
                    length,
                    old(file),
                    some -> {
                      file.write(bytes, offset, Math.toIntExact(some));
                      return some;
                    }));
    return written != IoHooks.TO_METHOD;
  }

  private static OldBytes old(RandomAccessFile file) {
    return (offset, target) -> {
      long pointer = file.getFilePointer();
      file.seek(offset);
      file.readFully(target);
      file.seek(pointer);
    };
  }

  public static boolean setLength(RandomAccessFile file, FileDescriptor descriptor, long length)
      throws IOException {
    long handled =
        IoHooks.onFile(
            descriptor,
            open ->
                IoHooks.disk()
                    .resize(
                        open,
                        length,
                        old(file),
                        () -> {
                          file.setLength(length);
                          return length;
                        }));
    return handled != IoHooks.TO_METHOD;
  }

  public static boolean sync(FileDescriptor descriptor) throws SyncFailedException {
    try {
      return IoHooks.forced(
          descriptor,
          () -> {
            descriptor.sync();
            return true;
          });
    } catch (SyncFailedException e) {
      throw e;
    } catch (IOException e) {
      throw (SyncFailedException) new SyncFailedException(e.getMessage()).initCause(e);
    }
  }
}
