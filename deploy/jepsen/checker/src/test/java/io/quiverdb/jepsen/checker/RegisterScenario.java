package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ListAssert;

/// A history of the register `k` by hand, judged by [LinearizabilityChecker].
final class RegisterScenario {
  static final Operation.Read READ = new Operation.Read();
  static final Operation.Delete DELETE = new Operation.Delete();

  private final HistoryRecorder recorder = new HistoryRecorder(new AtomicLong()::incrementAndGet);

  static Operation write(String value) {
    return new Operation.Write(value);
  }

  static Operation swap(String expected, String next) {
    return new Operation.CompareAndSet(Optional.of(expected), next);
  }

  HistoryRecorder.Pending invoke(long process, String key, Operation operation) {
    return recorder.invoke(process, key, operation);
  }

  HistoryRecorder.Pending start(long process, Operation operation) {
    return invoke(process, "k", operation);
  }

  void writes(long process, String value) {
    start(process, write(value)).ok();
  }

  void sees(long process, String value) {
    start(process, READ).ok(Optional.of(value));
  }

  /// That it is absent.
  void sees(long process) {
    start(process, READ).ok(Optional.empty());
  }

  History history() {
    return recorder.history();
  }

  void assertValid() {
    assertThat(new LinearizabilityChecker().check(history()).verdict()).isEqualTo(Verdict.VALID);
  }

  ListAssert<Call> assertInvalid() {
    var finding = new LinearizabilityChecker().check(history());
    assertThat(finding.verdict()).isEqualTo(Verdict.INVALID);
    return assertThat(finding.violations().getFirst().calls());
  }
}
