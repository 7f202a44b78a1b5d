package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import io.quiverdb.jepsen.checker.Verdict;
import io.quiverdb.jepsen.checker.Violation;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SummaryTest {
  private final Tale tale = new Tale().under("kill", "pause");

  @TempDir private Path folder;

  @Test
  void figuresAreThoseOfTheRun() {
    tellOfAFailedRun();

    var summary = Summary.of(tale.result());

    assertThat(summary.outcome()).isEqualTo(Outcome.VIOLATION);
    assertThat(summary.operations()).isEqualTo(4);
    assertThat(summary.answered()).isEqualTo(2);
    assertThat(summary.failed()).isEqualTo(1);
    assertThat(summary.unknown()).isEqualTo(1);
    assertThat(summary.longestGapMillis()).isEqualTo(1_500);
    assertThat(summary.recoveryMillis()).isEqualTo(1_234);
    assertThat(summary.byWorkload())
        .containsEntry("register", new Summary.OfWorkload(4, 2, 1, 1))
        .hasSize(1);
    assertThat(summary.byFault())
        .containsEntry("kill", new Summary.OfFault(2, 1, 1_500))
        .hasSize(1);
    assertThat(summary.judgements())
        .containsExactly(new Summary.Judgement("register: linearizable", Verdict.INVALID, 3, 1, 0));
    assertThat(summary.command()).isEqualTo(tale.result().options().replay());
  }

  @Test
  void summaryIsOneLineOfJson() throws IOException {
    tellOfAFailedRun();
    var json = Summary.of(tale.result()).json();

    assertThat(json).doesNotContain("\n");
    try (var parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      parser.skipChildren();
      assertThat(parser.nextToken()).isNull();
    }
    assertThat(json)
        .contains("\"outcome\":\"VIOLATION\"")
        .contains("\"faults\":{\"kill\":2}")
        .contains("\"longest_gap_ms\":1500")
        .contains("quotes \\\" and \\n lines");
  }

  @Test
  void summaryThatIsWrittenAndReadIsTheSame() throws IOException {
    tellOfAFailedRun();
    var summary = Summary.of(tale.result());

    summary.write(folder);

    assertThat(Summary.read(folder)).isEqualTo(summary);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("result.json"));
    }
  }

  @Test
  void summaryOfWhichAnyPartIsCutOffIsRefused() throws IOException {
    tellOfAFailedRun();
    var json = Summary.of(tale.result()).json();
    for (int length = 0; length < json.length(); length++) {
      Files.writeString(folder.resolve("result.json"), json.substring(0, length));

      assertThatThrownBy(() -> Summary.read(folder)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void fieldThatIsMissingOrOfAnotherTypeIsNamed() throws IOException {
    var json = Summary.of(tale.result()).json();

    Files.writeString(folder.resolve("result.json"), json.replace("\"seed\"", "\"seeds\""));
    assertThatThrownBy(() -> Summary.read(folder)).hasMessage("seed: missing");

    Files.writeString(folder.resolve("result.json"), json.replace("\"seed\":7", "\"seed\":\"7\""));
    assertThatThrownBy(() -> Summary.read(folder)).hasMessageContaining("seed: 7 (expected:");

    Files.writeString(folder.resolve("result.json"), json.replace("VALID", "FINE"));
    assertThatThrownBy(() -> Summary.read(folder)).hasMessageContaining("outcome: FINE (expected:");
  }

  @Test
  void fieldsOfALaterVersionAreSkipped() throws IOException {
    var summary = Summary.of(tale.result());
    var json = summary.json().replace("{\"outcome\"", "{\"later\":[{\"a\":null},1.5],\"outcome\"");
    Files.writeString(folder.resolve("result.json"), json);

    assertThat(Summary.read(folder)).isEqualTo(summary);
  }

  private void tellOfAFailedRun() {
    tale.at(0).wrote(1, "a");
    tale.at(1_000);
    var kill = tale.fault("kill", "n1");
    var unknown = tale.write(1, "b");
    var failed = tale.write(2, "c");
    tale.at(1_500);
    unknown.info("timeout");
    failed.fail("no leader");
    tale.at(2_500).wrote(3, "d");
    kill.end();
    tale.at(4_000);
    tale.fault("kill", "n2").end("no such process");
    tale.found(new Violation("register/k", "a lost write", List.of()));
    tale.complained("n1 logged: an error").skipped("quotes \" and \n lines");
  }
}
