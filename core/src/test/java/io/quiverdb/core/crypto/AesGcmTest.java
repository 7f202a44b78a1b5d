package io.quiverdb.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AesGcmTest {
  private static final HexFormat HEX = HexFormat.of();

  /// McGrew and Viega, "The Galois/Counter Mode of Operation" as submitted to NIST: test cases 13
  /// to 16, those with keys of 256 bits and nonces of 96.
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0000000000000000000000000000000000000000000000000000000000000000, \
          000000000000000000000000, '', '', \
          530f8afbc74536b9a963b4f1c4cb738b
          0000000000000000000000000000000000000000000000000000000000000000, \
          000000000000000000000000, '', 00000000000000000000000000000000, \
          cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919
          feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308, \
          cafebabefacedbaddecaf888, '', \
          d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255, \
          522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c
          feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308, \
          cafebabefacedbaddecaf888, feedfacedeadbeeffeedfacedeadbeefabaddad2, \
          d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39, \
          522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b
          """)
  void givesWhatTheStandardGives(
      String key, String nonce, String associated, String plain, String sealed) {
    // A fresh one: the JDK's cipher refuses the nonce it was used with last.
    var aead = new AesGcm();
    var keyBytes = KeyBytes.copyOf(HEX.parseHex(key));
    byte[] actual = new byte[sealed.length() / 2];
    byte[] reopened = new byte[plain.length() / 2];

    aead.seal(
        keyBytes,
        HEX.parseHex(nonce),
        HEX.parseHex(associated),
        ByteSlice.of(HEX.parseHex(plain)),
        ByteSlice.of(actual));
    boolean genuine =
        aead.open(
            keyBytes,
            HEX.parseHex(nonce),
            HEX.parseHex(associated),
            ByteSlice.of(actual),
            ByteSlice.of(reopened));

    assertThat(HEX.formatHex(actual)).isEqualTo(sealed);
    assertThat(genuine).isTrue();
    assertThat(HEX.formatHex(reopened)).isEqualTo(plain);
  }

  @Test
  void opensNothingThatWasChanged() {
    var key = KeyBytes.copyOf(new byte[KeyBytes.BYTES]);
    var nonce = new byte[Aead.NONCE_BYTES];
    var associated = new byte[] {7};
    var sealed = new byte[100 + Aead.TAG_BYTES];
    AesGcm.instance()
        .seal(key, nonce, associated, ByteSlice.of(new byte[100]), ByteSlice.of(sealed));

    for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
      byte[] changed = sealed.clone();
      changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThat(open(key, nonce, associated, changed)).as("bit %d", bit).isFalse();
    }
    assertThat(open(key, nonce, new byte[] {8}, sealed)).isFalse();
    assertThat(open(key, nonce, associated, sealed)).isTrue();
  }

  @Test
  void forgottenCiphersAreNotKept() {
    var aead = new AesGcm();
    try (var key = KeyBytes.copyOf(new byte[KeyBytes.BYTES])) {
      var sealed = ByteSlice.of(new byte[1 + Aead.TAG_BYTES]);
      aead.seal(key, new byte[Aead.NONCE_BYTES], new byte[0], ByteSlice.of(new byte[1]), sealed);
      assertThat(aead.keptCiphers()).isEqualTo(1);
    }

    aead.forgetKeys();

    assertThat(aead.keptCiphers()).isZero();
  }

  private static boolean open(KeyBytes key, byte[] nonce, byte[] associated, byte[] sealed) {
    return AesGcm.instance()
        .open(key, nonce, associated, ByteSlice.of(sealed), ByteSlice.of(new byte[100]));
  }
}
