package io.quiverdb.core.crypto;

/// AES-256-GCM (NIST SP 800-38D) with nonces of 96 bits and tags of 128: the one place where a key
/// meets a nonce. Both together are never used twice to seal.
public interface Aead {
  int NONCE_BYTES = 12;
  int TAG_BYTES = 16;

  /// Seals `plain`, and appends the tag.
  ///
  /// @param sealed another array than that of `plain`, [#TAG_BYTES] longer
  void seal(KeyBytes key, byte[] nonce, byte[] associated, ByteSlice plain, ByteSlice sealed);

  /// Whether it was sealed under this key and nonce, with the same associated data.
  ///
  /// @param plain another array than that of `sealed`, [#TAG_BYTES] shorter; undefined if it is not
  ///   genuine
  boolean open(KeyBytes key, byte[] nonce, byte[] associated, ByteSlice sealed, ByteSlice plain);

  /// Lets go of what is kept for speed and was made of keys.
  void forgetKeys();
}
