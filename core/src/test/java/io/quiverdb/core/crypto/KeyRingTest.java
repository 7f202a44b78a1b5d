package io.quiverdb.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.WrongKeyException;
import java.security.SecureRandom;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class KeyRingTest {
  private static final UUID STORE = new UUID(1, 2);

  @Test
  void ringThatIsClosedWrapsAndUnwrapsNothingThoughItHasBefore() {
    KeyRing ring;
    try (var catalogKey = KeyBytes.draw(new SecureRandom())) {
      ring = KeyRing.of(catalogKey, new SecureRandom());
    }
    var wrapped = ring.drawCollectionKeys();
    assertThat(ring.collection(new Scope(STORE, 7), wrapped).wrapped()).isEqualTo(wrapped);

    ring.close();

    assertCleared(ring::drawCollectionKeys);
    assertCleared(() -> ring.collection(new Scope(STORE, 7), wrapped));
    assertCleared(() -> ring.catalog(STORE));
    assertCleared(ring::catalogRequestMac);
  }

  private static void assertCleared(ThrowingCallable use) {
    assertThatThrownBy(use)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("key: cleared (expected: in use)");
  }

  @Test
  void keysOfEachCollectionAreDrawn() {
    var ring = TestKeys.SHARED.keyRing();
    var one = ring.collection(new Scope(STORE, 7), ring.drawCollectionKeys());
    var other = ring.collection(new Scope(STORE, 7), ring.drawCollectionKeys());
    byte[] message = {1, 2, 3};

    assertThat(one.requestMac().doFinal(message)).isNotEqualTo(other.requestMac().doFinal(message));
    assertThat(one.rowHashMac().doFinal(message)).isNotEqualTo(other.rowHashMac().doFinal(message));
    assertThat(one.rowHashMac().doFinal(message)).isNotEqualTo(one.requestMac().doFinal(message));
    byte[] sealed = one.codec().sealRecord(message, message);
    assertThat(one.codec().openRecord(ByteSlice.of(sealed), message)).contains(message);
    assertThat(other.codec().openRecord(ByteSlice.of(sealed), message)).isEmpty();
  }

  @Test
  void recordIsSealedOtherwiseEachTimeAndMayBeEmpty() {
    var codec = TestKeys.SHARED.codec();
    byte[] nothing = {};

    byte[] first = codec.sealRecord(nothing, nothing);
    byte[] second = codec.sealRecord(nothing, nothing);

    assertThat(first).hasSize(codec.recordOverheadBytes()).isNotEqualTo(second);
    assertThat(codec.openRecord(ByteSlice.of(first), nothing)).contains(nothing);
    assertThat(codec.openRecord(new ByteSlice(first, 0, first.length - 1), nothing)).isEmpty();
  }

  @Test
  void keyThatIsClosedIsOverwritten() {
    var key = KeyBytes.draw(new SecureRandom());
    byte[] secret = key.bytes();
    var copy = KeyBytes.copyOf(secret);
    assertThat(secret).isNotEqualTo(new byte[KeyBytes.BYTES]);
    assertThat(key.isSameAs(copy)).isTrue();
    assertThat(key.isSameAs(KeyBytes.draw(new SecureRandom()))).isFalse();

    key.close();

    assertThat(secret).isEqualTo(new byte[KeyBytes.BYTES]);
    assertThat(copy.bytes()).isNotEqualTo(secret);
    assertCleared(key::bytes);
  }

  @Test
  void keysOfAnotherRingAreRefused() {
    var wrapped = TestKeys.SHARED.keyRing().drawCollectionKeys();
    var other = new TestKeys().keyRing();

    assertThatThrownBy(() -> other.collection(new Scope(STORE, 7), wrapped))
        .isInstanceOf(WrongKeyException.class)
        .hasMessage(
            "keys of collection 7: of %d bytes (expected: wrapped by this catalogue key)"
                .formatted(wrapped.size()));
  }
}
