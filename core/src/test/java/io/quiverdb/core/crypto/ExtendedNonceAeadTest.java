package io.quiverdb.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExtendedNonceAeadTest {
  /// C2SP, XAES-256-GCM, test vectors: one with and one without the reduction in the sub-key.
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          1, '', ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271
          3, c2sp.org/XAES-256-GCM, 986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d
          """)
  void givesWhatTheSpecificationGives(byte keyByte, String associated, String expected) {
    var key = new byte[KeyBytes.BYTES];
    Arrays.fill(key, keyByte);
    var aead = new ExtendedNonceAead(KeyBytes.copyOf(key), AesGcm.instance());
    byte[] nonce = ascii("ABCDEFGHIJKLMNOPQRSTUVWX");
    byte[] plain = ascii("XAES-256-GCM");
    byte[] sealed = new byte[plain.length + Aead.TAG_BYTES];
    byte[] reopened = new byte[plain.length];

    aead.seal(nonce, ascii(associated), ByteSlice.of(plain), ByteSlice.of(sealed));
    boolean genuine =
        aead.open(nonce, ascii(associated), ByteSlice.of(sealed), ByteSlice.of(reopened));

    assertThat(HexFormat.of().formatHex(sealed)).isEqualTo(expected);
    assertThat(genuine).isTrue();
    assertThat(reopened).isEqualTo(plain);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
