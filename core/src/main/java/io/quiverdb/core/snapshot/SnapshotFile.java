package io.quiverdb.core.snapshot;

import com.google.protobuf.ByteString;
import java.util.regex.Pattern;

/// A file of a snapshot.
///
/// @param name its path within a generation, such as `collections/7/seg-1.vec`
/// @param bytes its length
/// @param sha256 of its content
public record SnapshotFile(String name, long bytes, ByteString sha256) {
  private static final int SHA256_BYTES = 32;

  /// What comes from elsewhere shall not name anything outside of the generation's directory.
  private static final Pattern NAME =
      Pattern.compile("(?:collections/\\d{1,20}/)?[a-z][a-z0-9]*[a-z0-9.-]*");

  /// @throws IllegalArgumentException if it can be no such file
  public SnapshotFile {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: \"" + name + "\" (expected: that of a file of a generation)");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: 0 or more)");
    }
    if (sha256.size() != SHA256_BYTES) {
      throw new IllegalArgumentException(
          "sha256: " + sha256.size() + " bytes (expected: " + SHA256_BYTES + ")");
    }
  }
}
