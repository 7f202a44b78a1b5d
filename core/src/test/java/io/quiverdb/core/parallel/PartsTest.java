package io.quiverdb.core.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PartsTest {
  @ParameterizedTest
  @CsvSource({"0,1", "0,3", "1,3", "2,3", "10,1", "10,3", "2147483647,7"})
  void partsAreTheWholeWithoutAGapOrAnOverlap(int count, int parts) throws IOException {
    record Range(int from, int to) {}
    var ranges = new ConcurrentLinkedQueue<Range>();

    Parts.ofRange(count, parts, (from, to) -> ranges.add(new Range(from, to)));

    var sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingInt(Range::from).thenComparingInt(Range::to));
    assertThat(sorted).hasSize(parts);
    assertThat(sorted.getFirst().from).isZero();
    assertThat(sorted.getLast().to).isEqualTo(count);
    for (int part = 1; part < parts; part++) {
      assertThat(sorted.get(part).from).isEqualTo(sorted.get(part - 1).to);
      assertThat(sorted.get(part).to - sorted.get(part).from)
          .isBetween(count / parts, count / parts + 1);
    }
  }

  @Test
  void resultsComeInTheOrderOfTheTasks() throws IOException {
    var tasks = IntStream.range(0, 5).mapToObj(task -> (Callable<Integer>) () -> task).toList();

    assertThat(Parts.ofTasks(tasks)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void failureOfAPartIsThrownWhenTheOthersAreDone() throws Exception {
    var failing = new CompletableFuture<Thread>();
    var mayEnd = new CountDownLatch(1);
    var failure = new CorruptFileException("file", 0, "content", "this", "that");
    List<Callable<Integer>> tasks =
        List.of(
            () -> {
              failing.complete(Thread.currentThread());
              throw failure;
            },
            () -> {
              mayEnd.await();
              return 0;
            });

    var all = CompletableFuture.supplyAsync(() -> thrownBy(tasks));
    // Ended, or waiting for another task: the first has failed.
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> failing.get().getState(), state -> state != Thread.State.RUNNABLE);
    assertThat(all).isNotDone();

    mayEnd.countDown();
    assertThat(all.get(3, TimeUnit.MINUTES)).isSameAs(failure);
  }

  private static Throwable thrownBy(List<Callable<Integer>> tasks) {
    return catchThrowable(() -> Parts.ofTasks(tasks));
  }

  @Test
  void callerThatIsInterruptedIsToldAndStaysInterrupted() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> Parts.ofRange(2, 2, (_, _) -> {}))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
