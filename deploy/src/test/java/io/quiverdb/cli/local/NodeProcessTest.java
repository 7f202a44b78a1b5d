package io.quiverdb.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NodeProcessTest {
  @TempDir Path folder;

  @Test
  void killEndsItAndItCanBeStartedAgain() throws Exception {
    var process = process("echo \"$GREETING\"; exec sleep 600");
    process.start();
    assertThat(process.isAlive()).isTrue();

    process.kill();
    assertThat(process.isAlive()).isFalse();
    process.start();
    assertThat(process.isAlive()).isTrue();
    process.killForGood();
    assertThat(process.awaitEnd(120)).isTrue();
  }

  @Test
  void onceKilledForGoodItStaysDown() throws Exception {
    var process = process("exec sleep 600");
    process.start();

    process.killForGood();
    process.start();

    assertThat(process.awaitEnd(120)).isTrue();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void pausedItIsStoppedUntilItIsResumed() throws Exception {
    var process = process("exec sleep 600");
    process.start();

    process.pause();
    await().until(() -> isStopped(process));
    process.resume();
    await().until(() -> !isStopped(process));

    process.kill();
    assertThatThrownBy(process::pause).isInstanceOf(IOException.class);
  }

  @Test
  void itsLastWordsAreKept() throws Exception {
    var process = process("echo \"$GREETING\"; echo why >&2; exit 64");
    process.start();

    assertThat(process.awaitEnd(120)).isTrue();
    assertThat(process.lastWords()).isEqualTo("hello\nwhy");
  }

  @Test
  void freePortsDiffer() throws Exception {
    var ports = new FreePorts(new Random()).find(9);

    assertThat(new HashSet<>(ports)).hasSize(9);
  }

  private NodeProcess process(String script) {
    return new NodeProcess(
        List.of("/bin/sh", "-c", script), Map.of("GREETING", "hello"), folder.resolve("log"));
  }

  private static boolean isStopped(NodeProcess process) throws IOException {
    return Files.readString(Path.of("/proc/" + process.pid() + "/stat")).contains(") T ");
  }
}
