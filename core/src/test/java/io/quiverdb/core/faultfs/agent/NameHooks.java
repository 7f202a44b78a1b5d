package io.quiverdb.core.faultfs.agent;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// Of what gives files their names, and takes them: `java.io.File` and the default
/// `FileSystemProvider`.
public final class NameHooks {
  private NameHooks() {}

  public static int createFileExclusively(String name) throws IOException {
    var file = new File(name);
    return IoHooks.outside(
        IoHooks.TO_METHOD_INT,
        () -> number(IoHooks.disk().create(file.toPath(), file::createNewFile)));
  }

  public static int createDirectory(File file) {
    return silently(() -> IoHooks.disk().create(file.toPath(), file::mkdir));
  }

  public static int delete(File file) {
    return silently(() -> IoHooks.disk().delete(file.toPath(), file::delete));
  }

  public static int rename(File from, File to) {
    return silently(() -> IoHooks.disk().move(from.toPath(), to.toPath(), () -> from.renameTo(to)));
  }

  private static int number(boolean answer) {
    return answer ? 1 : 0;
  }

  /// These say `false` where others throw.
  private static int silently(IoAction<Boolean> hook) {
    try {
      return IoHooks.outside(IoHooks.TO_METHOD_INT, () -> number(hook.run()));
    } catch (IOException _) {
      return 0;
    }
  }

  public static @Nullable Object newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>[] attributes)
      throws IOException {
    return opened(path, options, () -> FileChannel.open(path, options, attributes));
  }

  public static @Nullable Object newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>[] attributes)
      throws IOException {
    return opened(path, options, () -> Files.newByteChannel(path, options, attributes));
  }

  private static @Nullable Object opened(
      Path path, Set<? extends OpenOption> options, IoAction<?> open) throws IOException {
    Optional<Object> opened =
        IoHooks.outside(
            Optional.empty(),
            () -> Optional.of(IoHooks.disk().<Object>open(path, options, open::run)));
    return opened.orElse(null);
  }

  public static void newAsynchronousFileChannel(
      Path path,
      Set<? extends OpenOption> options,
      @Nullable ExecutorService executor,
      FileAttribute<?>[] attributes)
      throws IOException {
    if (options.contains(StandardOpenOption.WRITE)) {
      boolean _ =
          IoHooks.outside(
              true,
              () -> {
                IoHooks.disk().missed("writes by an asynchronous channel", path);
                return true;
              });
    }
  }

  public static boolean createDirectory(Path path, FileAttribute<?>[] attributes)
      throws IOException {
    return named(() -> IoHooks.disk().create(path, () -> Files.createDirectory(path, attributes)));
  }

  public static boolean createLink(Path link, Path existing) throws IOException {
    return named(() -> IoHooks.disk().link(link, existing, () -> Files.createLink(link, existing)));
  }

  public static boolean createSymbolicLink(Path link, Path target, FileAttribute<?>[] attributes)
      throws IOException {
    return named(
        () ->
            IoHooks.disk().create(link, () -> Files.createSymbolicLink(link, target, attributes)));
  }

  public static boolean copy(Path from, Path to, CopyOption[] options) throws IOException {
    return named(
        () -> {
          IoHooks.disk().copy(from, to, options, () -> Files.copy(from, to, options));
          return true;
        });
  }

  public static boolean move(Path from, Path to, CopyOption[] options) throws IOException {
    return named(() -> IoHooks.disk().move(from, to, () -> Files.move(from, to, options)));
  }

  private static boolean named(IoAction<?> hook) throws IOException {
    return IoHooks.outside(
        false,
        () -> {
          var _ = hook.run();
          return true;
        });
  }

  public static boolean delete(Path path) throws IOException {
    return named(
        () ->
            IoHooks.disk()
                .delete(
                    path,
                    () -> {
                      Files.delete(path);
                      return true;
                    }));
  }

  public static int deleteIfExists(Path path) throws IOException {
    return IoHooks.outside(
        IoHooks.TO_METHOD_INT,
        () -> number(IoHooks.disk().delete(path, () -> Files.deleteIfExists(path))));
  }
}
