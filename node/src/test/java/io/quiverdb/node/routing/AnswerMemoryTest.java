package io.quiverdb.node.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.AnswerSize;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.raft.Shard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class AnswerMemoryTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void answersTogetherNeverTakeMoreThanThereIs() throws Exception {
    var memory = new AnswerMemory(10 << 10);
    var taken = new AtomicLong();
    var most = new AtomicLong();

    List<Future<Long>> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int answer = 0; answer < 1_000; answer++) {
        long bytes = (1L + answer % 5) << 10;
        answers.add(
            threads.submit(
                () -> {
                  try (var room = memory.room()) {
                    room.reserve(bytes, PATIENCE);
                    long now = taken.addAndGet(bytes);
                    most.accumulateAndGet(now, Math::max);
                    Thread.sleep(Duration.ofNanos(1_000));
                    var _ = taken.addAndGet(-bytes);
                  }
                  return bytes;
                }));
      }
    }

    assertThat(answers).allMatch(answer -> answer.state() == Future.State.SUCCESS);
    assertThat(most.get()).isBetween(5L << 10, 10L << 10);
    // All is given back.
    assertThat(isRoomFor(memory, 10 << 10)).isTrue();
    assertThat(taken.get()).isZero();
  }

  @Test
  void whoFindsNoRoomInTimeIsTold() {
    var memory = new AnswerMemory(10 << 10);

    try (var first = memory.room();
        var second = memory.room()) {
      first.reserve(8 << 10, Duration.ZERO);

      assertThatThrownBy(() -> second.reserve(3 << 10, Duration.ZERO))
          .isInstanceOf(DeadlineExceeded.class)
          .hasMessageContaining("memory for the answer");
      assertThat(second.isHeld()).isFalse();
      assertThat(isRoomFor(memory, 2 << 10)).isTrue();
    }
  }

  @Test
  void answerThatMayNeedMoreThanThereIsHasAllOfIt() {
    var memory = new AnswerMemory(10 << 10);

    try (var room = memory.room()) {
      room.reserve(Long.MAX_VALUE / 2, Duration.ZERO);
      assertThat(isRoomFor(memory, 1)).isFalse();
    }
    assertThat(isRoomFor(memory, 1)).isTrue();
  }

  /// Who waits for room while it holds some could wait for itself.
  @Test
  void answerReservesOnce() {
    var memory = new AnswerMemory(10 << 10);

    try (var room = memory.room()) {
      room.reserve(1, Duration.ZERO);
      assertThatThrownBy(() -> room.reserve(1, Duration.ZERO))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void answerThatIsMadeKeepsWhatItNeeds() {
    var memory = new AnswerMemory(10 << 10);

    try (var room = memory.room()) {
      room.reserve(10 << 10, Duration.ZERO);
      assertThat(isRoomFor(memory, 1)).isFalse();

      room.shrink(256);
      assertThat(isRoomFor(memory, 8 << 10)).isTrue();
      assertThat(isRoomFor(memory, 9 << 10)).isFalse();

      room.shrink(1 << 20);
      assertThat(isRoomFor(memory, 8 << 10)).isTrue();
    }
    assertThat(isRoomFor(memory, 10 << 10)).isTrue();
  }

  private static boolean isRoomFor(AnswerMemory memory, long bytes) {
    try (var room = memory.room()) {
      room.reserve(bytes, Duration.ZERO);
      return true;
    } catch (DeadlineExceeded _) {
      return false;
    }
  }

  @Test
  void noAnswerNeedsMoreThanAShardMayAnswer() {
    assertThat(AnswerMemory.bytes(10, 0, 0)).isEqualTo(5_120);
    assertThat(AnswerMemory.bytes(10, 65_536, 128)).isEqualTo(5_120 + 10 * (65_536 + 512));
    assertThat(AnswerMemory.bytes(10_000, 65_536, 8_192))
        .isEqualTo(5_120_000 + AnswerSize.BYTES_MAX);
  }

  @Test
  void pageOfAScanNeedsNoMoreThanItMayHold() {
    assertThat(AnswerMemory.pageBytes(10, 1_000, 6)).isEqualTo(5_120 + 10 * 1_024);
    assertThat(AnswerMemory.pageBytes(10_000, 65_536, 128))
        .isEqualTo(5_120_000 + Shard.SCAN_BYTES_MAX + 65_536 + 512);
  }
}
