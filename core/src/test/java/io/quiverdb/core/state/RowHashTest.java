package io.quiverdb.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class RowHashTest {
  private final RowHash hash = new RowHash(mac(1));

  @Test
  void everyPartOfARowCounts() {
    var row = of("id", "vector", "payload", 7);

    assertThat(
            List.of(
                of("di", "vector", "payload", 7),
                of("id", "vectoR", "payload", 7),
                of("id", "vector", "payloaD", 7),
                of("id", "vector", "payload", 8)))
        .doesNotContain(row)
        .doesNotHaveDuplicates();
    assertThat(of("id", "vector", "payload", 7)).isEqualTo(row);
  }

  @Test
  void whereOnePartEndsAndTheNextBeginsCounts() {
    assertThat(
            List.of(
                of("ab", "cd", "ef", 7),
                of("abc", "d", "ef", 7),
                of("ab", "cde", "f", 7),
                of("", "abcd", "ef", 7),
                of("ab", "", "cdef", 7)))
        .doesNotHaveDuplicates();
  }

  @Test
  void rowThatIsLongerThanAllBeforeIsHashedAsAnother() {
    var payload = "p".repeat(100_000);
    var before = of("id", "vector", payload, 7);

    assertThat(of("id", "vector", payload.substring(1), 7)).isNotEqualTo(before);
    assertThat(
            new RowHash(mac(1))
                .of(bytes("id"), ByteBuffer.wrap(bytes("vector")), bytes(payload), 7))
        .isEqualTo(before);
  }

  /// By HMAC-SHA-256 of what the class says, computed elsewhere (Python's `hmac`).
  @Test
  void hashIsWhatItSaysItIs() {
    var found = of("a", "bc", "def", 0x0102030405060708L);

    assertThat(HexFormat.of().toHexDigits(found.high()) + HexFormat.of().toHexDigits(found.low()))
        .isEqualTo("d758a298773fde1254d622f776c360aa");
  }

  @Test
  void anotherKeyGivesAnotherHash() {
    assertThat(new RowHash(mac(2)).of(bytes("id"), ByteBuffer.allocate(4), bytes("{}"), 7))
        .isNotEqualTo(hash.of(bytes("id"), ByteBuffer.allocate(4), bytes("{}"), 7));
  }

  private Hash128 of(String id, String vector, String payload, long version) {
    return hash.of(bytes(id), ByteBuffer.wrap(bytes(vector)), bytes(payload), version);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Mac mac(int key) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(new byte[] {(byte) key}, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
