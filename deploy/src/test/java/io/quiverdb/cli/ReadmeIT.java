package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the README shows does what it says, against a node of the distribution.
class ReadmeIT {
  private static final String ADDRESS = "localhost:7070";

  @TempDir static Path folder;
  private static String readme = "";
  private static String address = "";
  private static Process node;

  @BeforeAll
  static void serve() throws Exception {
    readme = Files.readString(Path.of(System.getProperty("readme")));
    var quiver = Distribution.unpack(folder);
    int port = UnusedPorts.next();
    address = "localhost:" + port;
    node =
        quiver.start(
            folder.resolve("node.log"),
            "serve",
            "--listen",
            "127.0.0.1:" + port,
            "--peer-listen",
            "127.0.0.1:" + UnusedPorts.next(),
            "--raft-listen",
            "127.0.0.1:" + UnusedPorts.next());
    var ready = quiver.run("status", "--wait", "ready", "--timeout", "3m", "--endpoint", address);
    assertThat(ready.exitCode()).as(ready.err()).isZero();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    node.destroyForcibly().waitFor();
  }

  @Test
  void javaExampleCompilesAndFindsItsPoint() throws Exception {
    var run = compileAndRun("Example", block("java").replace(ADDRESS, address));

    assertThat(run).contains("id=a").doesNotContain("id=b");
  }

  @Test
  void embeddedExampleFindsItsPointAndOpensItsStoreAgain() throws Exception {
    var code =
        block("java", "## In your own process")
            .replace("Path.of(\"", "Path.of(\"" + folder + "/embedded-");

    var firstRun = compileAndRun("Embedded", code);
    var secondRun = compileAndRun("Embedded", code);

    assertThat(firstRun).contains("id=a").doesNotContain("id=b");
    assertThat(secondRun).contains("id=a").doesNotContain("id=b");
    assertThat(folder.resolve("embedded-data/CURRENT")).exists();
  }

  private static String compileAndRun(String className, String code) throws Exception {
    var source = folder.resolve(className + ".java");
    Files.writeString(source, code);
    var classPath = System.getProperty("java.class.path");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", folder.toString(), source.toString());
    assertThat(compiled).isZero();
    return run(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        folder + System.getProperty("path.separator") + classPath,
        className);
  }

  @Test
  void curlExampleFindsItsPoint() throws Exception {
    Assumptions.assumeTrue(onPath("curl"), "curl is not installed");
    var script =
        block("sh", "With curl").replace(ADDRESS, address).replace("curl ", "curl -sS --fail ");

    var output = run("sh", "-ec", script);

    assertThat(output).contains("\"id\":\"a\"").contains("{\"lang\": \"en\"}");
  }

  @Test
  void javaExampleIsForTheVersionThatIsBuilt() {
    assertThat(readme)
        .contains("<version>" + Distribution.VERSION + "</version>")
        .contains("io.quiverdb:quiver-client:" + Distribution.VERSION);
  }

  private static String block(String language) {
    return block(language, "");
  }

  /// The first block of a language after a heading.
  private static String block(String language, String heading) {
    var block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(readme.substring(readme.indexOf(heading)));
    assertThat(block.find()).as("a block of " + language).isTrue();
    return block.group(1);
  }

  private static boolean onPath(String program) {
    return Stream.of(System.getenv("PATH").split(System.getProperty("path.separator")))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    var output = Files.createTempFile(folder, "run", ".txt");
    var process =
        new ProcessBuilder(List.of(command))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int exit = process.waitFor();
    var text = Files.readString(output);
    assertThat(exit).as(text).isZero();
    return text;
  }
}
