package io.quiverdb.core.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// Seals records that have no place yet, under a nonce drawn for each: nonce (24 bytes), sealed
/// bytes, tag (16).
final class RecordSealer {
  static final int OVERHEAD_BYTES = ExtendedNonceAead.NONCE_BYTES + Aead.TAG_BYTES;

  private final ExtendedNonceAead aead;
  private final SecureRandom nonces;

  RecordSealer(KeyBytes key, Aead aead, SecureRandom nonces) {
    this.aead = new ExtendedNonceAead(key, aead);
    this.nonces = nonces;
  }

  /// When the key has been closed: it is not used any more.
  void forgetKey() {
    aead.forgetKey();
  }

  /// @param associated what the record is bound to: with other bytes it does not open
  byte[] seal(byte[] plain, byte[] associated) {
    var nonce = new byte[ExtendedNonceAead.NONCE_BYTES];
    nonces.nextBytes(nonce);
    var sealed = new byte[OVERHEAD_BYTES + plain.length];
    System.arraycopy(nonce, 0, sealed, 0, nonce.length);
    aead.seal(nonce, associated, ByteSlice.of(plain), afterNonce(ByteSlice.of(sealed)));
    return sealed;
  }

  /// Empty if it was not sealed under this key and with the same associated data.
  Optional<byte[]> open(ByteSlice sealed, byte[] associated) {
    if (sealed.length() < OVERHEAD_BYTES) {
      return Optional.empty();
    }
    int nonceEnd = sealed.offset() + ExtendedNonceAead.NONCE_BYTES;
    var nonce = Arrays.copyOfRange(sealed.array(), sealed.offset(), nonceEnd);
    var plain = new byte[sealed.length() - OVERHEAD_BYTES];
    return aead.open(nonce, associated, afterNonce(sealed), ByteSlice.of(plain))
        ? Optional.of(plain)
        : Optional.empty();
  }

  private static ByteSlice afterNonce(ByteSlice sealed) {
    return new ByteSlice(
        sealed.array(),
        sealed.offset() + ExtendedNonceAead.NONCE_BYTES,
        sealed.length() - ExtendedNonceAead.NONCE_BYTES);
  }
}
