package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.regex.Pattern;

/// A key of users, as far as the catalogue keeps it: nobody can make the key of this.
///
/// @param id part of the key's text, 16 hexadecimal digits
/// @param name whose it is, for people
/// @param salt 16 bytes
/// @param hash SHA-256 of the salt and the key's secret
/// @param created by the clock of the node that made it
public record StoredApiKey(
    String id, String name, ByteString salt, ByteString hash, Instant created) {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
  private static final int NAME_BYTES_MAX = 128;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;

  public StoredApiKey {
    requireId(id);
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > NAME_BYTES_MAX) {
      throw new IllegalArgumentException(
          "name: %d bytes (expected: at most %d)".formatted(bytes, NAME_BYTES_MAX));
    }
    if (salt.size() != SALT_BYTES || hash.size() != HASH_BYTES) {
      throw new IllegalArgumentException(
          "api key: salt of %d and hash of %d bytes (expected: %d and %d)"
              .formatted(salt.size(), hash.size(), SALT_BYTES, HASH_BYTES));
    }
  }

  static void requireId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id: \"%s\" (expected: that of an API key, 16 hexadecimal digits)"
              .formatted(id.length() <= 64 ? id : id.substring(0, 64) + "…"));
    }
  }

  @Override
  public String toString() {
    return "StoredApiKey[id=%s, name=%s]".formatted(id, name);
  }
}
