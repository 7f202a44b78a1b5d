package io.quiverdb.node.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ApiKeyTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @Test
  void keyIsKnownByWhatIsStoredOfItOnly() {
    var key = ApiKey.draw(RANDOM);
    var stored = key.store("a", Instant.EPOCH, RANDOM);
    var again = key.store("a", Instant.EPOCH, RANDOM);

    assertThat(ApiKey.parse(key.text())).contains(key);
    assertThat(key.matches(stored)).isTrue();
    assertThat(ApiKey.draw(RANDOM).matches(stored)).isFalse();
    assertThat(new ApiKey(key.id(), ApiKey.draw(RANDOM).secret()).matches(stored)).isFalse();
    assertThat(stored.hash()).isNotEqualTo(again.hash());
    assertThat(stored.toString() + key).doesNotContain(key.secret());
  }

  @Test
  void textThatIsNoKeyIsNone() {
    var text = ApiKey.draw(RANDOM).text();

    assertThat(ApiKey.parse("")).isEmpty();
    assertThat(ApiKey.parse(text.substring(1))).isEmpty();
    assertThat(ApiKey.parse(text + "A")).isEmpty();
    assertThat(ApiKey.parse(text.toUpperCase(java.util.Locale.ROOT))).isEmpty();
  }

  @Test
  void nameIsShort() {
    assertThatThrownBy(() -> ApiKey.draw(RANDOM).store("n".repeat(129), Instant.EPOCH, RANDOM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name: 129 bytes (expected: at most 128)");
  }
}
