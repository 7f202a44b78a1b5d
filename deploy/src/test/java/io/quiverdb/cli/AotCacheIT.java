package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfEnvironmentVariable(named = "QUIVER_LONG_TESTS", matches = "1")
class AotCacheIT {
  @TempDir private Path folder;

  @Test
  void installationLearnsToStartAndANodeDoesWithoutWhatIsOfOtherLibraries() throws Exception {
    var quiver = Distribution.unpack(folder);
    var learnt = quiver.run("aot-cache");
    assertThat(learnt.exitCode()).as(learnt.err()).isZero();
    var cache = quiver.home().resolve("lib/quiver.aot");
    assertThat(cache).isNotEmptyFile();

    assertThat(exitOfStart(quiver, "on")).isZero();
    try (var files = Files.list(quiver.home().resolve("lib"))) {
      var jar = files.filter(file -> file.toString().endsWith(".jar")).sorted().findFirst();
      Files.write(jar.orElseThrow(), new byte[1], StandardOpenOption.APPEND);
    }
    assertThat(exitOfStart(quiver, "on")).isNotZero();
    assertThat(exitOfStart(quiver, "auto")).isZero();
  }

  /// @param mode what the JVM does where it cannot use the cache: ends if that is `on`
  private int exitOfStart(Distribution quiver, String mode) throws Exception {
    return quiver
        .start(
            Map.of("QUIVER_JAVA_OPTIONS", "-XX:AOTMode=" + mode),
            folder.resolve("start.log"),
            "serve",
            "--help")
        .waitFor();
  }
}
