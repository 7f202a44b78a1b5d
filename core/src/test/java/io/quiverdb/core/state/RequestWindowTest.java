package io.quiverdb.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Position;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class RequestWindowTest {
  private static final Hash128 DIGEST = new Hash128(5, 6);

  /// Without points, as the format has it.
  private static final int REQUEST_BYTES = 69;

  private static final int HEADER_BYTES = 28;

  private static final List<Outcome> OUTCOMES =
      List.of(
          new Outcome.Applied(3, List.of()),
          new Outcome.Applied(
              4, List.of(PointResult.INSERTED, PointResult.REPLACED, PointResult.INSERTED)),
          new Outcome.Applied(5, List.of(PointResult.ABSENT, PointResult.DELETED)),
          new Outcome.Applied(6, Collections.nCopies(17, PointResult.PAYLOAD_SET)),
          new Outcome.AlreadyExists(),
          new Outcome.PreconditionFailed(List.of()));

  private static UUID id(int number) {
    return new UUID(7, number);
  }

  private static Position position(int number) {
    return new Position(1, 2, number);
  }

  private static RequestWindow withAll() {
    var window = RequestWindow.empty(1 << 20);
    for (int number = 0; number < OUTCOMES.size(); number++) {
      window.settle(id(number), DIGEST, position(number), OUTCOMES.get(number));
    }
    return window;
  }

  @Test
  void outcomesComeBackAsTheyWereSettled() {
    var window = RequestWindow.decode(withAll().freeze().encode(), 1 << 20);

    for (int number = 0; number < OUTCOMES.size(); number++) {
      assertThat(window.settled(id(number))).contains(OUTCOMES.get(number));
      assertThat(window.repeated(id(number), DIGEST))
          .contains(new Outcome.Duplicate(OUTCOMES.get(number)));
      assertThat(window.repeated(id(number), new Hash128(5, 7)))
          .contains(new Outcome.RequestIdReused());
    }
    assertThat(window.settled(id(99))).isEmpty();
    assertThat(window.freeze().encode()).isEqualTo(withAll().freeze().encode());
  }

  @Test
  void windowOfNoRequestsIsOne() {
    byte[] empty = RequestWindow.forgotten(position(3)).freeze().encode();
    assertThat(empty).hasSize(HEADER_BYTES);

    var window = RequestWindow.decode(empty, 1 << 20);

    assertThat(window.mayHaveForgotten(position(2))).isTrue();
    assertThat(window.mayHaveForgotten(position(3))).isFalse();
    ByteBuffer.wrap(empty).putInt(24, -1);
    assertThatThrownBy(() -> RequestWindow.decode(empty, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("window: -1 requests");
  }

  @Test
  void whatSettlesNothingIsNotRemembered() {
    var window = RequestWindow.empty(1 << 20);
    for (var outcome :
        List.<Outcome>of(
            new Outcome.NotFound(), new Outcome.StaleEpoch(3), new Outcome.Superseded())) {
      window.settle(id(1), DIGEST, position(1), outcome);

      assertThat(window.settled(id(1))).isEmpty();
    }
  }

  @Test
  void oldestAreForgottenWhenTheBytesAreExceededAndNotBefore() {
    var window = RequestWindow.empty(2 * REQUEST_BYTES + 1);
    window.settle(id(1), DIGEST, position(1), new Outcome.AlreadyExists());
    var onePoint = new Outcome.Applied(9, List.of(PointResult.INSERTED));
    window.settle(id(2), DIGEST, position(2), onePoint);
    assertThat(window.settled(id(1))).isPresent();
    assertThat(window.mayHaveForgotten(Position.START)).isFalse();

    window.settle(id(3), DIGEST, position(3), new Outcome.AlreadyExists());

    assertThat(window.settled(id(1))).isEmpty();
    assertThat(window.settled(id(2))).contains(onePoint);
    assertThat(window.mayHaveForgotten(position(0))).isTrue();
    assertThat(window.mayHaveForgotten(position(1))).isFalse();
    assertThat(RequestWindow.forgotten(position(3)).mayHaveForgotten(position(2))).isTrue();
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertRefused(bytes -> bytes.putInt(24, -1), "window: -1 requests");
    assertRefused(bytes -> bytes.putInt(24, 5), "window: 5 requests and bytes behind them");
    assertRefused(bytes -> bytes.putInt(24, 7), "request: cut short");
    assertRefused(bytes -> bytes.putInt(24, Integer.MAX_VALUE), "request: cut short");
    assertRefused(bytes -> bytes.putInt(HEADER_BYTES + 65, -9), "request: -9 points in ");
    assertRefused(
        bytes -> bytes.putInt(HEADER_BYTES + 65, Integer.MAX_VALUE), "request: 2147483647 points");
    assertRefused(bytes -> bytes.put(HEADER_BYTES + 56, (byte) 8), "kind of request: 8");
    assertRefused(bytes -> bytes.put(HEADER_BYTES + 56, (byte) 0), "kind of request: 0");
    // The second request has three points, whose bits are followed by five that are 0.
    int bits = HEADER_BYTES + 2 * REQUEST_BYTES;
    assertRefused(bytes -> bytes.put(bits, (byte) 8), "request: results of more points");
    assertRefused(bytes -> bytes.putLong(HEADER_BYTES + REQUEST_BYTES + 8, 0), "request: twice");
  }

  @Test
  void whatIsCutIsRefused() {
    byte[] whole = withAll().freeze().encode();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);

      assertThatThrownBy(() -> RequestWindow.decode(cut, 1 << 20))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void assertRefused(Consumer<ByteBuffer> change, String reason) {
    byte[] bytes = withAll().freeze().encode();
    change.accept(ByteBuffer.wrap(bytes));

    assertThatThrownBy(() -> RequestWindow.decode(bytes, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(reason);
  }
}
