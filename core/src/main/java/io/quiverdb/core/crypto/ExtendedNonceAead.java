package io.quiverdb.core.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// XAES-256-GCM (C2SP): AES-256-GCM under a key made from the first half of a nonce of 192 bits,
/// with the second half as its nonce. So nonces may be drawn at random, by any number of writers,
/// for any number of messages. Two AES blocks a message are all it costs.
final class ExtendedNonceAead {
  static final int NONCE_BYTES = 24;

  private static final int BLOCK_BYTES = 16;
  private static final int HALF_NONCE_BYTES = NONCE_BYTES / 2;

  /// Of GF(2^128), as CMAC uses it (NIST SP 800-38B).
  private static final int REDUCTION = 0x87;

  private final KeyBytes key;
  private final Aead aead;

  /// CMAC's first sub-key.
  private final byte[] subKey;

  /// Under the key. To make one costs more than to seal a message. A queue for the same reason as
  /// in [AesGcm].
  private final ConcurrentLinkedQueue<Cipher> idle = new ConcurrentLinkedQueue<>();

  ExtendedNonceAead(KeyBytes key, Aead aead) {
    this.key = key;
    this.aead = aead;
    this.subKey = doubled(encrypt(new byte[BLOCK_BYTES]));
  }

  /// Lets go of the ciphers that hold the key: another one takes the key itself.
  void forgetKey() {
    idle.clear();
  }

  /// Multiplication by x.
  private static byte[] doubled(byte[] block) {
    var result = new byte[BLOCK_BYTES];
    int carry = 0;
    for (int index = BLOCK_BYTES - 1; index >= 0; index--) {
      int shifted = (Byte.toUnsignedInt(block[index]) << 1) | carry;
      result[index] = (byte) shifted;
      carry = shifted >>> Byte.SIZE;
    }
    result[BLOCK_BYTES - 1] ^= (byte) (-carry & REDUCTION);
    return result;
  }

  void seal(byte[] nonce, byte[] associated, ByteSlice plain, ByteSlice sealed) {
    try (var messageKey = messageKey(nonce)) {
      aead.seal(messageKey, secondHalf(nonce), associated, plain, sealed);
    }
  }

  boolean open(byte[] nonce, byte[] associated, ByteSlice sealed, ByteSlice plain) {
    try (var messageKey = messageKey(nonce)) {
      return aead.open(messageKey, secondHalf(nonce), associated, sealed, plain);
    }
  }

  /// CMAC of two blocks that hold a counter, "X", and the first half of the nonce (NIST SP
  /// 800-108).
  private KeyBytes messageKey(byte[] nonce) {
    assert nonce.length == NONCE_BYTES : nonce.length;
    var blocks = new byte[2 * BLOCK_BYTES];
    for (int block = 0; block < 2; block++) {
      int offset = block * BLOCK_BYTES;
      blocks[offset + 1] = (byte) (block + 1);
      blocks[offset + 2] = 'X';
      System.arraycopy(nonce, 0, blocks, offset + BLOCK_BYTES - HALF_NONCE_BYTES, HALF_NONCE_BYTES);
      for (int index = 0; index < BLOCK_BYTES; index++) {
        blocks[offset + index] ^= subKey[index];
      }
    }
    byte[] derived = encrypt(blocks);
    try {
      return KeyBytes.copyOf(derived);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  private static byte[] secondHalf(byte[] nonce) {
    return Arrays.copyOfRange(nonce, HALF_NONCE_BYTES, NONCE_BYTES);
  }

  /// Each block by itself.
  private byte[] encrypt(byte[] blocks) {
    try {
      var cipher = Optional.ofNullable(idle.poll()).orElseGet(this::newCipher);
      byte[] encrypted = cipher.doFinal(blocks);
      idle.add(cipher);
      return encrypted;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("whole blocks", e);
    }
  }

  private Cipher newCipher() {
    try {
      var cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.bytes(), "AES"));
      return cipher;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has AES", e);
    }
  }
}
