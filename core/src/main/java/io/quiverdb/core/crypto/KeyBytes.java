package io.quiverdb.core.crypto;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// A secret of 32 bytes. It says nothing of itself (there is no `toString`). Closing overwrites
/// these bytes, but not what was made of them before, such as the expanded key in a cipher
/// ([KeyRing#close] says what becomes of that).
public final class KeyBytes implements AutoCloseable {
  public static final int BYTES = 32;

  private Optional<byte[]> bytes;

  private KeyBytes(byte[] bytes) {
    this.bytes = Optional.of(bytes);
  }

  public static KeyBytes draw(SecureRandom random) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new KeyBytes(bytes);
  }

  /// @param source [#BYTES] long; the caller clears it
  public static KeyBytes copyOf(byte[] source) {
    if (source.length != BYTES) {
      throw new IllegalArgumentException(
          "key: " + source.length + " bytes (expected: " + BYTES + ")");
    }
    return new KeyBytes(source.clone());
  }

  /// @param offset of [#BYTES] bytes in `source`; the caller clears it
  static KeyBytes copyOf(byte[] source, int offset) {
    return new KeyBytes(Arrays.copyOfRange(source, offset, offset + BYTES));
  }

  /// The secret itself, not a copy: not to be kept or changed.
  ///
  /// @throws IllegalStateException if it was closed
  byte[] bytes() {
    return bytes.orElseThrow(() -> new IllegalStateException("key: cleared (expected: in use)"));
  }

  /// Whether both are the same secret. Takes equally long wherever they differ.
  public boolean isSameAs(KeyBytes other) {
    return MessageDigest.isEqual(bytes(), other.bytes());
  }

  /// Overwrites it.
  @Override
  public void close() {
    bytes.ifPresent(secret -> Arrays.fill(secret, (byte) 0));
    bytes = Optional.empty();
  }
}
