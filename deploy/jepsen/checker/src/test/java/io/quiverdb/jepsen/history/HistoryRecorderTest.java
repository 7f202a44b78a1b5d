package io.quiverdb.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.jepsen.checker.LinearizabilityChecker;
import io.quiverdb.jepsen.checker.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HistoryRecorderTest {
  private static final Operation READ = new Operation.Read();

  private final HistoryRecorder recorder = new HistoryRecorder(new AtomicLong()::incrementAndGet);
  private volatile Optional<String> register = Optional.empty();

  @Test
  void processHasOneOperationAtATime() {
    recorder.invoke(3, "a", READ);

    assertThatThrownBy(() -> recorder.invoke(3, "b", READ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("process: 3 (expected: one without an operation in flight)");
  }

  @Test
  void processNeverComesBackAfterInfo() {
    recorder.invoke(3, "a", READ).info();

    assertThatThrownBy(() -> recorder.invoke(3, "a", READ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("process: 3 (expected: a new one, this one ended with info)");
  }

  @Test
  void operationIsCompletedOnce() {
    var pending = recorder.invoke(3, "a", READ);
    pending.fail();

    assertThatThrownBy(pending::info).isInstanceOf(IllegalArgumentException.class);
    assertThat(recorder.history().events()).hasSize(2);
  }

  @Test
  void answerMustFitTheOperation() {
    var read = recorder.invoke(0, "a", READ);
    var write = recorder.invoke(1, "a", new Operation.Write("1"));

    assertThatThrownBy(read::ok).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(write::mismatch).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> write.ok(Optional.of("1")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void historyIsASnapshot() {
    var pending = recorder.invoke(0, "a", READ);

    var before = recorder.history();
    pending.ok(Optional.empty());

    assertThat(before.calls()).singleElement().matches(Call::isOpen);
  }

  @Test
  void historyOfACompletionWithoutInvocationIsRefused() {
    var invoke = new Event.Invoke(0, "a", READ, 0);

    assertThatThrownBy(() -> History.of(List.of(new Event.Fail(invoke, "", 1))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatThreadsDoToAVolatileFieldIsRecordedAsLinearizable() throws Exception {
    var systemRecorder = new HistoryRecorder(System::nanoTime);

    runConcurrently(
        4,
        process -> {
          for (int i = 0; i < 300; i++) {
            var value = process + "-" + i;
            var write = systemRecorder.invoke(process, "k", new Operation.Write(value));
            register = Optional.of(value);
            write.ok();
            var read = systemRecorder.invoke(process, "k", READ);
            read.ok(register);
          }
        });

    assertThat(systemRecorder.history().calls()).hasSize(4 * 300 * 2);
    assertThat(new LinearizabilityChecker().check(systemRecorder.history()).verdict())
        .isEqualTo(Verdict.VALID);
  }

  private interface ProcessBody {
    void run(int process);
  }

  private static void runConcurrently(int processCount, ProcessBody body)
      throws InterruptedException, ExecutionException {
    try (var threads = Executors.newFixedThreadPool(processCount)) {
      var futures =
          IntStream.range(0, processCount)
              .mapToObj(process -> threads.submit(() -> body.run(process)))
              .toList();
      for (var future : futures) {
        future.get();
      }
    }
  }
}
