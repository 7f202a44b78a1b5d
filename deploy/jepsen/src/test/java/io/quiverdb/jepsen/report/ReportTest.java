package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.checker.Violation;
import io.quiverdb.jepsen.history.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

final class ReportTest {
  private static final String HOSTILE = "<script>alert('x')</script>\" onload=\"alert(2)";

  private final Tale tale = new Tale();

  @TempDir private Path folder;

  @Test
  void everyCallOfEveryViolationStandsInItsTable() {
    IntStream.range(0, 300).forEach(n -> tale.at(n).wrote(n % 4, "value-" + n));
    var calls = tale.history().calls();
    var violations =
        IntStream.range(0, 30)
            .mapToObj(n -> new Violation("register/k", "claim " + n, calls.subList(0, 10 * n)))
            .toArray(Violation[]::new);
    tale.found(violations);

    var page = page();

    for (int violation = 0; violation < violations.length; violation++) {
      var section = "//article[@id='violation-" + (violation + 1) + "']";
      assertThat(page.texts(section + "/h3"))
          .containsExactly((violation + 1) + ". claim " + violation);
      assertThat(page.texts(section + "//tbody/tr/td[6]"))
          .isEqualTo(IntStream.range(0, 10 * violation).mapToObj(n -> "write value-" + n).toList());
    }
  }

  @Test
  void callsAreDrawnInALanePerProcessAndBarsOfALaneDoNotOverlap() {
    tale.at(0);
    var open = tale.write(5, "never answered, and rather long for a bar of its length");
    for (long n = 0; n < 40; n++) {
      tale.at(n * n);
      var slow = tale.write(n % 3, "slow");
      tale.at(n * n + 1).saw(3, "slow");
      slow.ok();
    }
    open.info("timeout");
    tale.found(new Violation("register/k", "a stale read", tale.history().calls()));

    var page = page();

    var lanes = "//*[contains(@class, 'lanes')]";
    assertThat(page.texts(lanes + "/text[starts-with(., 'process')]"))
        .containsExactly(
            "process 5 · n1",
            "process 0 · n1",
            "process 3 · n1",
            "process 1 · n1",
            "process 2 · n1");
    var ends = new HashMap<String, Double>();
    var bars = page.elements(lanes + "//rect[starts-with(@class, 'call')]");
    for (var bar : bars) {
      double x = Double.parseDouble(bar.getAttribute("x"));
      assertThat(ends.getOrDefault(bar.getAttribute("y"), 0.0)).isLessThanOrEqualTo(x + 0.11);
      ends.put(bar.getAttribute("y"), x + Double.parseDouble(bar.getAttribute("width")));
    }
    assertThat(bars).hasSize(81);
    assertThat(ends).hasSize(5);
  }

  @Test
  void faultsStandBehindTheCallsTheyOverlap() {
    var early = tale.at(0).fault("pause", "n1");
    tale.at(1_000);
    early.end();
    var kill = tale.fault("kill", "n2");
    tale.at(2_000).wrote(1, "a");
    tale.at(3_000).wrote(1, "b");
    kill.end();
    tale.found(new Violation("register/k", "lost", tale.history().calls()));

    assertThat(
            page()
                .texts("//*[contains(@class, 'lanes')]//g[rect[contains(@class, 'stripe')]]/title"))
        .containsExactly("kill n2");
  }

  @Test
  void nothingFromHistoriesOrLogsBecomesMarkup() {
    tale.at(0);
    var fault = tale.fault(HOSTILE, HOSTILE, List.of(HOSTILE));
    tale.at(100).wrote(1, HOSTILE);
    tale.saw(1, HOSTILE);
    tale.ask(2, HOSTILE, new Operation.Write("x")).info(HOSTILE);
    tale.at(200);
    fault.end(HOSTILE);
    tale.found(new Violation(HOSTILE, HOSTILE, tale.history().calls()))
        .undecided(HOSTILE)
        .complained(HOSTILE)
        .skipped(HOSTILE)
        .fellShort(HOSTILE);

    var page = page();

    assertThat(page.elements("//script | //@onload/..")).isEmpty();
    assertThat(page.text().split(Pattern.quote(HOSTILE), -1)).hasSizeGreaterThan(12);
  }

  @Test
  void pageFetchesNothing() {
    tellAStory();
    var html = Report.html(tale.result());

    assertThat(html).doesNotContain("http://", "https://", "url(", "@import", " src=", "<link");
    assertThat(new PageReader(html).elements("//script | //link | //iframe | //img | //object"))
        .isEmpty();
    assertThat(new PageReader(html).elements("//a[not(starts-with(@href, '#'))]")).isEmpty();
  }

  @Test
  void verdictAndTheCommandThatRepeatsItStandOnTop() {
    tellAStory();

    var page = page();

    assertThat(page.texts("//header//*[contains(@class, 'badge')]")).containsExactly("VIOLATION");
    assertThat(page.texts("//header/pre"))
        .containsExactly("deploy/jepsen/run " + tale.result().options().replay());
  }

  @Test
  void whatElseIsWrongSkippedOrTooLittleIsTold() {
    tale.found();
    tale.complained("replicas differ").skipped("clock-rate: no right").fellShort("kill: never");

    var page = page();

    assertThat(page.texts("//header//*[contains(@class, 'badge')]")).containsExactly("VIOLATION");
    assertThat(page.texts("//ul[@class='plain']/li"))
        .containsExactly("replicas differ", "clock-rate: no right", "kill: never");
  }

  @Test
  void everyFaultStandsInTheTableWithItsGap() {
    tale.at(0).wrote(1, "a");
    var stuck = tale.write(2, "held");
    tale.at(1_000);
    var kill = tale.fault("kill", "leader", List.of("n1", "n2"));
    tale.at(3_000);
    kill.end();
    tale.at(4_000).wrote(1, "b");
    tale.at(5_000);
    tale.fault("pause", "n3").end("no such process");
    stuck.ok();
    tale.fault("clock-jump", "n1");

    var rows = page().elements("//h2[. = 'Faults']/following-sibling::div[1]//tbody/tr");

    assertThat(rows.stream().map(ReportTest::cells).toList())
        .containsExactly(
            List.of("1", "kill", "n1, n2", "leader", "1.000 s", "2.000 s", "4,000 ms", ""),
            List.of("2", "pause", "n3", "", "5.000 s", "0.000 s", "", "no such process"),
            List.of("3", "clock-jump", "n1", "", "5.000 s", "not ended", "", ""));
  }

  @Test
  void manyOperationsAreThinnedOutAndThePageSaysSo() {
    for (int n = 0; n < 10_000; n++) {
      tale.at(n).wrote(n % 7, "v");
    }

    var page = page();

    var dots = page.elements("//*[starts-with(@class, 'dots answered')]").getFirst();
    assertThat(dots.getAttribute("d").split("M")).hasSizeBetween(1_000, 1_600);
    assertThat(page.text()).contains("of 10,000 answered one in 7 is drawn");
  }

  @Test
  void sameRunMakesTheSamePage() {
    tellAStory();

    assertThat(Report.html(tale.result())).isEqualTo(Report.html(tale.result()));
  }

  @Test
  void runInWhichNothingHappenedHasAPage() {
    assertThat(page().texts("//h1")).containsExactly("register under no faults");
  }

  @Test
  void pageAndSummaryAreLeftInTheFolder() throws IOException {
    tellAStory();

    Report.write(tale.result(), folder);

    assertThat(Files.readString(folder.resolve("report.html")))
        .isEqualTo(Report.html(tale.result()));
    assertThat(Files.readString(folder.resolve("result.json")))
        .isEqualTo(Summary.of(tale.result()).json() + "\n");
  }

  private void tellAStory() {
    tale.under("kill").at(0).wrote(1, "a").saw(2, "a");
    var kill = tale.at(100).fault("kill", "n1");
    var failed = tale.write(1, "b");
    tale.at(900);
    failed.fail("no leader");
    kill.end();
    tale.at(1_500).wrote(1, "c");
    var _ = tale.write(3, "in flight");
    tale.found(new Violation("register/k", "stale read", tale.history().calls().subList(0, 2)));
  }

  private PageReader page() {
    return new PageReader(Report.html(tale.result()));
  }

  private static List<String> cells(Element row) {
    return IntStream.range(0, row.getElementsByTagName("td").getLength())
        .mapToObj(cell -> row.getElementsByTagName("td").item(cell).getTextContent())
        .toList();
  }
}
