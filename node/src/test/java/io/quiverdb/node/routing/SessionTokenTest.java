package io.quiverdb.node.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Position;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionTokenTest {
  private static final Map<Integer, Position> SEEN =
      Map.of(
          0, new Position(1, 2, 300), 5, new Position(0, 0, 0), 4095, new Position(7, 1, 1L << 50));

  @Test
  void tokenNamesWhatItWasMadeOf() {
    assertThat(SessionToken.positions(SessionToken.of(SEEN))).isEqualTo(SEEN);
    assertThat(SessionToken.positions(SessionToken.of(Map.of()))).isEmpty();
  }

  /// What other programs may hold for a long time.
  @Test
  void tokenIsAsItsTableSays() {
    assertThat(SessionToken.of(Map.of(0, new Position(1, 2, 300)))).isEqualTo("AQABAqwC");
  }

  @Test
  void shardTakesSixteenBytesAtMost() {
    var greatest = new Position((1 << 14) - 1, (1 << 28) - 1, (1L << 56) - 1);

    assertThat(SessionToken.bytes(Map.of((1 << 14) - 1, greatest))).hasSize(1 + 16);
    assertThat(SessionToken.positions(SessionToken.of(Map.of((1 << 14) - 1, greatest))))
        .containsValue(greatest);
  }

  @Test
  void everyOtherTextIsTheCallersMistake() {
    byte[] whole = SessionToken.bytes(SEEN);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      if (length == 0) {
        continue;
      }
      try {
        // Whole shards may be left.
        assertThat(SEEN).containsAllEntriesOf(SessionToken.positions(text(cut)));
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("session_token: malformed (expected: ");
      }
    }
    for (String text :
        List.of(
            "!",
            text(1),
            text(2, 0, 1, 1, 1),
            text(1, 0, 1, 1),
            text(1, 0, 1, 1, 0x80, 0),
            text(1, 1, 1, 1, 1, 0, 1, 1, 1),
            text(1, 0, 1, 1, 1, 0, 1, 1, 1),
            text(1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1, 1))) {
      assertThatThrownBy(() -> SessionToken.positions(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("session_token: malformed (expected: session_token of an earlier answer)");
    }
    assertThatThrownBy(() -> SessionToken.positions("A".repeat(SessionToken.BYTES_MAX + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("characters (expected: at most");
  }

  /// Each token has one meaning, and each meaning one token.
  @Test
  void whateverIsReadIsWrittenTheSame() {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    var random = new Random(seed);
    int read = 0;
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes = new byte[1 + random.nextInt(12)];
      random.nextBytes(bytes);
      bytes[0] = 1;
      try {
        var positions = SessionToken.positions(text(bytes));
        assertThat(SessionToken.bytes(positions)).as("seed " + seed).isEqualTo(bytes);
        read++;
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("session_token: malformed");
      }
    }
    assertThat(read).as("seed " + seed).isPositive();
  }

  @Test
  void ofTwoPositionsTheLaterOneIsKept() {
    var one = Map.of(0, new Position(1, 5, 50), 1, new Position(2, 1, 1));
    var other = Map.of(0, new Position(1, 6, 60), 1, new Position(1, 9, 99), 2, Position.START);

    assertThat(SessionToken.merged(one, other))
        .isEqualTo(Map.of(0, new Position(1, 6, 60), 1, new Position(2, 1, 1), 2, Position.START));
  }

  private static String text(int... bytes) {
    byte[] narrow = new byte[bytes.length];
    for (int index = 0; index < bytes.length; index++) {
      narrow[index] = (byte) bytes[index];
    }
    return text(narrow);
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
