package io.quiverdb.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// A small text that nobody but the file's owner may read (mode 0600), outside of any store.
public final class SecretFile {
  private static final int BYTES_MAX = 4096;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> OF_OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private SecretFile() {}

  /// @throws IllegalArgumentException if it does not exist or cannot be read, or others have any
  ///   right to it, or it is no small file
  public static String read(Path file) {
    try {
      requireOwnersOnly(file);
      long bytes = Files.size(file);
      if (!Files.isRegularFile(file) || bytes > BYTES_MAX) {
        throw new IllegalArgumentException(
            "key file: " + file + " (expected: a file of at most " + BYTES_MAX + " bytes)");
      }
      return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
    } catch (NoSuchFileException _) {
      throw new IllegalArgumentException(
          "key file: " + file + " does not exist (expected: made by `quiver master-key create`)");
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "key file: " + file + " cannot be read: " + e + " (expected: a file that can be)", e);
    }
  }

  private static void requireOwnersOnly(Path file) throws IOException {
    if (!hasPermissions(file)) {
      return;
    }
    var permissions = Files.getPosixFilePermissions(file);
    if (permissions.stream().anyMatch(OF_OTHERS::contains)) {
      throw new IllegalArgumentException(
          "key file: %s with permissions %s (expected: %s, so that only its owner reads it)"
              .formatted(
                  file,
                  PosixFilePermissions.toString(permissions),
                  PosixFilePermissions.toString(OWNER_ONLY)));
    }
  }

  /// Writes and syncs it.
  ///
  /// @throws IllegalArgumentException if it exists or cannot be written
  public static void create(Path file, String text) {
    Path parent = file.toAbsolutePath().normalize().resolveSibling("");
    try {
      Files.createDirectories(parent);
      try (var channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              attributes(parent))) {
        var bytes = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      try (var directory = FileChannel.open(parent, StandardOpenOption.READ)) {
        directory.force(true);
      }
    } catch (FileAlreadyExistsException _) {
      throw new IllegalArgumentException(
          "key file: " + file + " exists (expected: a new file; a key is never overwritten)");
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "key file: " + file + " cannot be written: " + e + " (expected: a place that can be)", e);
    }
  }

  private static FileAttribute<?>[] attributes(Path directory) {
    return hasPermissions(directory)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[] {};
  }

  private static boolean hasPermissions(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
