package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryFileFormat;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.HistoryWriter;
import io.quiverdb.jepsen.history.MalformedHistoryException;
import io.quiverdb.jepsen.history.Operation;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryJudgeTest {
  private final HistoryJudge judge = new HistoryJudge(1);
  private final Scenario scenario = new Scenario();

  @TempDir Path folder;

  @Test
  void onlyCheckersThatHadSomethingToJudgeSpeak() {
    scenario.writes("a", "1");
    scenario.reads("a", "1");

    var judgement = judge.judge(scenario.history());

    assertThat(judgement.verdict()).isEqualTo(Verdict.VALID);
    assertThat(judgement.findings())
        .extracting(Finding::checker)
        .containsExactly("linearizable", "zones");
    assertThat(judgement.answeredCount()).isEqualTo(2);
  }

  @Test
  void oneViolationIsEnough() {
    scenario.writes("a", "1");
    scenario.scans();

    var judgement = judge.judge(scenario.history());

    assertThat(judgement.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(judgement.findings())
        .extracting(Finding::checker)
        .containsExactly("linearizable", "zones", "set");
    assertThat(judgement.violations()).hasSize(3);
    assertThat(judgement.toString()).contains("lost: acknowledged and not seen, on key c/a");
  }

  @Test
  void emptyHistoryIsNotGood() {
    assertThat(judge.judge(History.of(List.of())).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void historyWithoutAnAnswerIsNotGood() {
    scenario.start("a", new Operation.Write("1")).fail("refused");
    scenario.start("a", new Operation.Write("2")).info("timed out");
    scenario.start("a", new Operation.Read());

    var judgement = judge.judge(scenario.history());

    assertThat(judgement.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(judgement.operationCount()).isEqualTo(3);
    assertThat(judgement.failedCount()).isEqualTo(1);
    assertThat(judgement.unknownCount()).isEqualTo(2);
  }

  @Test
  void historyInWhichNothingCanBeJudgedIsNotGood() {
    scenario.startBatch("a", "1").mismatch();

    var judgement = judge.judge(scenario.history());

    assertThat(judgement.findings()).isEmpty();
    assertThat(judgement.verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void accusationIsHeardWhereNothingCouldBeJudged() {
    scenario.start(new Operation.Transfer("a", "b", 1)).ok();

    assertThat(judge.judge(scenario.history()).violations())
        .extracting(Violation::claim)
        .containsExactly("the accounts were never set up");
  }

  @Test
  void undecidedKeyIsNotGood() {
    for (int i = 0; i < 5; i++) {
      scenario.writes("a", "1");
      scenario.deletes("a");
    }

    var judgement = new HistoryJudge(3, 2, 0.9).judge(scenario.history());

    assertThat(judgement.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(judgement.findings().getFirst().unknown()).containsExactly("key c/a");
  }

  @Test
  void storedHistoryIsJudgedAsItWasRecorded() throws IOException {
    var file = folder.resolve("history.jsonl");
    try (var writer = new HistoryWriter(Files.newBufferedWriter(file))) {
      var recorder = new HistoryRecorder(new AtomicLong()::incrementAndGet, writer::write);
      var fault = recorder.startFault("kill", List.of("n1"), "");
      recorder.invoke(0, "a", new Operation.Write("1")).ok();
      fault.end();
    }

    var judgement = judge.judge(HistoryFileFormat.JSON_LINES.read(file));

    assertThat(judgement.verdict()).isEqualTo(Verdict.VALID);
    assertThat(judgement.faultCount()).isEqualTo(1);
  }

  @Test
  void etcdLogIsJudged() throws IOException {
    var file = folder.resolve("etcd.log");
    Files.writeString(
        file,
        """
        INFO  jepsen.util - 0\t:invoke\t:write\t1
        INFO  jepsen.util - 0\t:ok\t:write\t1
        INFO  jepsen.util - 0\t:invoke\t:read\tnil
        INFO  jepsen.util - 0\t:ok\t:read\tnil
        """);

    assertThat(judge.judge(HistoryFileFormat.JEPSEN_ETCD.read(file)).verdict())
        .isEqualTo(Verdict.INVALID);
    assertThatThrownBy(() -> HistoryFileFormat.JSON_LINES.read(file))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessageStartingWith("line 1: ");
  }

  @Test
  void fileThatIsNoTextIsRefused() throws IOException {
    var file = folder.resolve("history.jsonl");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});

    assertThatThrownBy(() -> HistoryFileFormat.JSON_LINES.read(file))
        .isInstanceOf(CharacterCodingException.class);
  }
}
