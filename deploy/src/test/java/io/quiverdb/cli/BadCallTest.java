package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Calls that no cluster is needed to refuse.
class BadCallTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense                                   | Unmatched argument at index 0: 'nonsense'",
        "point get docs                             | Missing required parameter: 'ID'",
        "point put docs a                           | Missing required argument",
        "point put docs a --vector 1,x              | vector[1]: \"x\" (expected: a finite number)",
        "point put docs a --vector 1 --hash-text x  | mutually exclusive",
        "collection create docs                     | Missing required option: '--dimension=N'",
        "collection create docs --dimension x       | 'x' is not an int",
        "collection shred docs                      | shred docs: nothing brings it back (expected:"
            + " --yes)",
        "search docs                                | Missing required argument",
        "search docs --vector 1 --filter x          | filter: the end at character 2 (expected: =,"
            + " !=, <,",
        "status --wait steady                       | wait: steady (expected: ready or all)",
        "status --output xml                        | output: xml (expected: table or json)",
        "status --endpoint here                     | endpoint: here (expected: HOST:PORT)",
        "status --endpoint localhost:99999          | endpoint: localhost:99999 (expected:"
            + " HOST:PORT)",
        "import docs                                | Missing required parameter: 'FILE'",
        "import docs /no/such/file.jsonl            | /no/such/file.jsonl: no such file or folder",
      })
  void badCallEndsWithTwoAndOneLineThatSaysWhy(String call, String message) {
    int exitCode = run(call.split(" ", -1));

    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("quiver: ").contains(message).containsOnlyOnce("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "status",
    "cluster init",
    "cluster check",
    "cluster transfer 0 x",
    "collection list",
    "collection show docs",
    "collection create docs --dimension 3",
    "collection drop docs",
    "collection shred docs --yes",
    "collection shred-status docs",
    "point put docs a --hash-text x",
    "point get docs a",
    "point delete docs a",
    "point scan docs",
    "point count docs",
    "search docs --text x",
    "export docs",
  })
  void commandAgainstNoServerEndsWithThreeAndNamesTheAddress(String call) throws IOException {
    var endpoint = "localhost:" + UnusedPorts.next();

    int exitCode = run((call + " --endpoint " + endpoint).split(" ", -1));

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .isEqualTo(
            "quiver: "
                + endpoint
                + ": no answer (expected: a Quiver node there; 'quiver serve' starts one)\n");
  }

  @Test
  void importAgainstNoServerEndsWithThree(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("points.jsonl"), "{\"id\":\"a\",\"vector\":[1]}\n");

    int exitCode =
        run("import", "docs", file.toString(), "--endpoint", "localhost:" + UnusedPorts.next());

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void waitingForNoServerEndsWithThree() throws IOException {
    int exitCode =
        run(
            "status",
            "--wait",
            "ready",
            "--timeout",
            "1ms",
            "--endpoint",
            "localhost:" + UnusedPorts.next());

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void nodeThatCannotStartSaysWhyInOneLine(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("file"), "not a folder");

    int exitCode =
        run(
            "serve",
            "--data-dir",
            file.toString(),
            "--listen",
            "localhost:" + UnusedPorts.next(),
            "--peer-listen",
            "localhost:" + UnusedPorts.next(),
            "--raft-listen",
            "localhost:" + UnusedPorts.next());

    assertThat(exitCode).isEqualTo(io.quiverdb.node.ExitCode.INPUT_OUTPUT);
    assertThat(err.toString()).startsWith("quiver: data-dir: " + file).containsOnlyOnce("\n");
  }

  @Test
  void demoRefusesAFolderThatHoldsSomething(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("mine"));

    int exitCode = run("demo", "--dir", folder.toString());

    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .isEqualTo(
            "quiver: dir: " + folder + " is not empty (expected: a new or an empty folder)\n");
    assertThat(folder).isDirectoryContaining("glob:**mine");
  }

  @Test
  void versionIsPrinted() {
    assertThat(run("--version")).isEqualTo(ExitCode.GOOD);
    assertThat(out.toString()).isEqualTo("quiver development\n");
  }

  private int run(String... arguments) {
    return QuiverCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
