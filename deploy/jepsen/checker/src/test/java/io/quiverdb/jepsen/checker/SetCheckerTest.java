package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SetCheckerTest {
  private final HistoryRecorder recorder = new HistoryRecorder(new AtomicLong()::incrementAndGet);

  @Test
  void acknowledgedAndReadOnceIsGood() {
    insert(0, "a").ok();
    insert(0, "b").ok();

    assertThat(check("b", "a").isEmpty()).isTrue();
  }

  @Test
  void acknowledgedAndNotReadIsLost() {
    insert(0, "a").ok();
    insert(0, "b").ok();

    assertThat(check("b").lost()).containsExactly("a");
  }

  @Test
  void unknownInsertMayBeThereOrNot() {
    insert(0, "a").info();
    insert(1, "b");

    assertThat(check().isEmpty()).isTrue();
    assertThat(check("a", "b").isEmpty()).isTrue();
  }

  @Test
  void failedInsertThatIsReadIsInvented() {
    insert(0, "a").fail();

    assertThat(check("a").invented()).containsExactly("a");
  }

  @Test
  void elementNobodyInsertedIsInvented() {
    assertThat(check("x").invented()).containsExactly("x");
  }

  @Test
  void elementReadTwiceIsDoubled() {
    insert(0, "a").ok();

    assertThat(check("a", "a").doubled()).containsExactly("a");
  }

  @Test
  void insertAcknowledgedAtTheSecondAttemptIsAcknowledged() {
    insert(0, "a").info();
    insert(1, "a").ok();

    assertThat(check().lost()).containsExactly("a");
  }

  @Test
  void historyWithDeletesIsRefused() {
    recorder.invoke(0, "a", new Operation.Delete()).ok();

    assertThatThrownBy(() -> check("a")).isInstanceOf(IllegalArgumentException.class);
  }

  private HistoryRecorder.Pending insert(long process, String element) {
    return recorder.invoke(process, element, new Operation.Write("present"));
  }

  private SetChecker.Findings check(String... finalRead) {
    return SetChecker.check(SetChecker.Inserts.of(recorder.history()), List.of(finalRead));
  }
}
