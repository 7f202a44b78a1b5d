package io.quiverdb.jepsen.mutant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MutantTest {
  private static final Path CHECKOUT = Path.of("..", "..");
  private static final Path MUTANTS = Path.of("mutants");

  @TempDir Path folder;

  static Stream<String> names() throws IOException {
    return Mutant.all(MUTANTS).stream().map(Mutant::name);
  }

  /// What finds it is tried by `run mutants`, which takes longer.
  @ParameterizedTest
  @MethodSource("names")
  void plantedBugAppliesAndCompiles(String name) throws IOException {
    var mutant = Mutant.read(MUTANTS.resolve(name + ".patch"));

    var classes =
        MutatedClasses.compile(mutant, CHECKOUT, folder, System.getProperty("java.class.path"));

    assertThat(mutant.bug()).endsWith(".");
    assertThat(classes.foldersByModule()).isNotEmpty();
    if (mutant.trial() instanceof Trial.Tests tests) {
      assertThat(tests.classes())
          .allSatisfy(test -> assertThatCode(() -> Class.forName(test)).doesNotThrowAnyException());
    }
  }

  @Test
  void patchThatDoesNotApplyIsRefusedByName() throws IOException {
    var source = folder.resolve("core/src/A.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "one\nother\n");
    var mutant =
        Mutant.read(
            patch(
                """
                It is wrong.

                workload: set

                --- a/core/src/A.java
                +++ b/core/src/A.java
                @@ -1,2 +1,2 @@
                 one
                -two
                +three
                """));

    assertThatThrownBy(() -> MutatedClasses.compile(mutant, folder, folder.resolve("out"), ""))
        .isInstanceOf(MalformedMutantException.class)
        .hasMessageStartingWith("some: does not apply to " + source);
  }

  @Test
  void fileThatIsNoMutantIsRefusedByName() {
    assertRefused("It is wrong.\n\nworkload: set\n", "some: no patch");
    assertRefused("It is wrong.\n--- a/x\n", "some: nothing is to find it");
    assertRefused("scenario: stale\n--- a/x\n", "some: scenario: stale (expected: one of ");
    assertRefused("workload: set\ntime: soon\n--- a/x\n", "some: For input string: \"soon\"");
  }

  private void assertRefused(String content, String message) {
    assertThatThrownBy(() -> Mutant.read(patch(content)))
        .isInstanceOf(MalformedMutantException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void trialIsReadFromTheHead() throws IOException {
    var patch = "--- a/x\n+++ b/x\n";

    assertThat(Mutant.read(patch("Wrong.\nworkload: set, bank\nnemesis: kill\n" + patch)).trial())
        .isEqualTo(
            new Trial.Drawn(List.of("set", "bank"), List.of("kill"), Duration.ofSeconds(30)));
    assertThat(Mutant.read(patch("Wrong.\ntests: a.B, a.C\n" + patch)).trial())
        .isEqualTo(new Trial.Tests(List.of("a.B", "a.C")));
    assertThat(Mutant.read(patch("Wrong,\nquite.\ntests: a.B\n" + patch)).bug())
        .isEqualTo("Wrong, quite.");
  }

  private Path patch(String content) throws IOException {
    return Files.writeString(folder.resolve("some.patch"), content);
  }
}
