package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IndexTest {
  private static final String ROWS = "//tbody/tr";

  @TempDir private Path folder;

  @Test
  void runsStandNewestFirstAndTheUnfinishedIsTold() throws IOException {
    run("old", 1, new Tale().under("kill").wrote(1, "a").found());
    unfinished("killed", 2);
    run("new", 3, new Tale().wrote(1, "a").wrote(1, "b").complained("replicas differ"));
    Files.createDirectory(folder.resolve("something-else"));

    var page = index();

    assertThat(page.texts(ROWS + "/td[1]")).containsExactly("new", "killed", "old");
    assertThat(page.texts(ROWS + "/td[3]")).containsExactly("VIOLATION", "UNFINISHED", "VALID");
    assertThat(page.elements(ROWS + "/td[1]/a").stream().map(a -> a.getAttribute("href")))
        .containsExactly("./new/report.html", "./killed/", "./old/report.html");
  }

  @Test
  void totalsAreSumsOverAllRuns() throws IOException {
    run("one", 1, new Tale().wrote(1, "a").found());
    run("two", 2, new Tale().wrote(1, "a").wrote(1, "b").found());
    unfinished("killed", 3);

    var page = index();

    assertThat(page.texts("//tfoot/tr/td[1]")).containsExactly("3 runs");
    assertThat(page.texts("//tfoot/tr/td[3]")).containsExactly("2 VALID, 1 UNFINISHED");
    assertThat(page.texts("//tfoot/tr/td[7]")).containsExactly("3");
  }

  @Test
  void summaryThatCannotBeReadIsTold() throws IOException {
    run("damaged", 1, new Tale().found());
    Files.writeString(folder.resolve("damaged/result.json"), "{\"outcome\":\"VALID\"");

    var page = index();

    assertThat(page.texts(ROWS + "/td[3]")).containsExactly("UNFINISHED");
    assertThat(page.texts(ROWS + "/td[4]").getFirst()).startsWith("result.json: ");
  }

  @Test
  void nameOfAFolderIsNeitherMarkupNorAnotherAddress() throws IOException {
    run("javascript:alert(1)", 1, new Tale().found());
    run("a b\"><script>", 2, new Tale().found());

    var page = index();

    assertThat(page.elements("//script")).isEmpty();
    assertThat(page.elements("//a").stream().map(a -> a.getAttribute("href")))
        .containsExactly(
            "./a%20b%22%3E%3Cscript%3E/report.html", "./javascript:alert(1)/report.html");
  }

  @Test
  void folderWithoutRunsHasAnIndex() throws IOException {
    assertThat(index().texts("//h1")).containsExactly("0 runs");
  }

  private void run(String name, int hour, Tale tale) throws IOException {
    var run = Files.createDirectory(folder.resolve(name));
    Report.write(tale.result(), run);
    age(run.resolve("result.json"), hour);
  }

  private void unfinished(String name, int hour) throws IOException {
    var run = Files.createDirectory(folder.resolve(name));
    age(Files.createFile(run.resolve("history.jsonl")), hour);
  }

  private static void age(Path file, int hour) throws IOException {
    var _ =
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(3_600L * hour)));
  }

  private PageReader index() throws IOException {
    Index.write(folder);
    return new PageReader(Files.readString(folder.resolve("index.html")));
  }
}
