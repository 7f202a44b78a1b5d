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
