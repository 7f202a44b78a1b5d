package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs what users download.
class DistributionIT {
  private static final long GUARD_MINUTES = 3;

  @TempDir Path folder;
  private Distribution quiver;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void unpack() throws Exception {
    quiver = Distribution.unpack(folder);
  }

  @AfterEach
  void endWhatWasStarted() throws InterruptedException {
    for (var process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void holdsWhatIsNeededAndNothingForTests() throws IOException {
    assertThat(quiver.home().resolve("bin/quiver")).isExecutable();
    try (var files = Files.list(quiver.home().resolve("lib"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("quiver-core-" + Distribution.VERSION + ".jar")
          .noneMatch(name -> name.matches(".*(junit|assertj|archunit|awaitility|tests).*"));
    }
  }

  @Test
  void programKnowsItsVersionAndHelps() throws Exception {
    var version = quiver.run("--version");
    var help = quiver.run("--help");

    assertThat(version)
        .isEqualTo(new Distribution.Run(0, "quiver " + Distribution.VERSION + "\n", ""));
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("Usage: quiver", "serve", "demo", "import");
    assertThat(help.err()).isEmpty();
  }

  @Test
  void badCallsEndWithTwoAndNoServerWithThree() throws Exception {
    var badCall = quiver.run("point", "get");
    var noServer = quiver.run("status", "--endpoint", "localhost:" + UnusedPorts.next());

    assertThat(badCall.exitCode()).isEqualTo(2);
    assertThat(badCall.err()).startsWith("quiver: ").containsOnlyOnce("\n");
    assertThat(noServer.exitCode()).isEqualTo(3);
    assertThat(noServer.err()).startsWith("quiver: localhost:").containsOnlyOnce("\n");
  }

  @Test
  void nodeServesAndStopsWithNoughtWhenTold() throws Exception {
    int port = UnusedPorts.next();
    var node = serve("data", port);

    var ready = quiver.run("status", "--wait", "ready", "--timeout", "3m", "--endpoint", at(port));
    var created =
        quiver.run("collection", "create", "docs", "--dimension", "2", "--endpoint", at(port));
    var put = quiver.run("point", "put", "docs", "ä 😹", "--vector", "1,2", "--endpoint", at(port));
    var found =
        quiver.run("search", "docs", "--vector", "1,2", "--output", "json", "--endpoint", at(port));
    node.destroy();

    assertThat(ready.exitCode()).as(ready.err()).isZero();
    assertThat(created.exitCode()).as(created.err()).isZero();
    assertThat(put.exitCode()).as(put.err()).isZero();
    assertThat(found.out()).startsWith("[{\"id\":\"ä 😹\",\"score\":1.0,");
    assertThat(node.waitFor(GUARD_MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(node.exitValue()).isZero();
  }

  @Test
  void dataFolderInUseEndsWithSeventyThreeAndHarmsNothing() throws Exception {
    int port = UnusedPorts.next();
    serve("data", port);
    var ready = quiver.run("status", "--wait", "ready", "--timeout", "3m", "--endpoint", at(port));
    assertThat(ready.exitCode()).as(ready.err()).isZero();

    var second = quiver.run(serveArguments("data", UnusedPorts.next()));

    assertThat(second.exitCode()).as(second.out()).isEqualTo(73);
    assertThat(second.out() + second.err()).contains("data");
    assertThat(quiver.run("collection", "list", "--endpoint", at(port)).exitCode()).isZero();
  }

  @Test
  void wrongConfigurationEndsWithSixtyFour() throws Exception {
    var misspelt = Files.writeString(folder.resolve("quiver.conf"), "lisen = \":7070\"\n");
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var unreadable = quiver.run("serve", "--config", "no/such.conf");
      var misspeltKey = quiver.run("serve", "--config", misspelt.toString());
      var exposed = quiver.run("serve", "--listen", "0.0.0.0:" + UnusedPorts.next());
      var portInUse = quiver.run(serveArguments("taken", taken.getLocalPort()));

      assertThat(unreadable.exitCode()).isEqualTo(64);
      assertThat(unreadable.err()).contains("no/such.conf").containsOnlyOnce("\n");
      assertThat(misspeltKey.exitCode()).isEqualTo(64);
      assertThat(misspeltKey.err()).contains("lisen", "listen").containsOnlyOnce("\n");
      assertThat(exposed.exitCode()).isEqualTo(64);
      assertThat(exposed.err()).contains("insecure").containsOnlyOnce("\n");
      assertThat(portInUse.exitCode()).as(portInUse.out()).isEqualTo(64);
      assertThat(portInUse.out() + portInUse.err()).contains("in use");
    }
  }

  @Test
  void joiningNodeWaitsAndSaysForWhom() throws Exception {
    int port = UnusedPorts.next();
    var absent = at(UnusedPorts.next());
    var arguments = new ArrayList<>(List.of(serveArguments("waiting", port)));
    var key = quiver.run("master-key", "create", "shared.key");
    assertThat(key.exitCode()).as(key.err()).isZero();
    arguments.addAll(List.of("--master-key-file", "shared.key"));
    arguments.addAll(List.of("--join", arguments.get(6) + "," + absent));
    var log = folder.resolve("waiting.log");
    started.add(quiver.start(log, arguments.toArray(String[]::new)));

    await()
        .atMost(GUARD_MINUTES, TimeUnit.MINUTES)
        .until(() -> Files.readString(log).contains(absent));
    var status = quiver.run("status", "--wait", "ready", "--timeout", "1s", "--endpoint", at(port));

    assertThat(status.exitCode()).isEqualTo(1);
    assertThat(status.err()).contains("no cluster has been formed").containsOnlyOnce("\n");
    assertThat(started.getFirst().isAlive()).isTrue();
  }

  @Test
  void joiningNodeWithoutKeyIsRefusedWithTheCommandsThatHelp() throws Exception {
    var arguments = new ArrayList<>(List.of(serveArguments("keyless/data", UnusedPorts.next())));
    arguments.addAll(List.of("--join", arguments.get(6) + "," + at(UnusedPorts.next())));

    var refused = quiver.run(arguments.toArray(String[]::new));

    assertThat(refused.exitCode()).isEqualTo(64);
    assertThat(refused.err()).contains("quiver master-key create", "scp -p").containsOnlyOnce("\n");
  }

  @Test
  void dataUnderARotatedMasterKeyOpensWithTheNewKeyOnly() throws Exception {
    int port = UnusedPorts.next();
    var node = serve("rotated/data", port);
    var ready = quiver.run("status", "--wait", "ready", "--timeout", "3m", "--endpoint", at(port));
    node.destroy();
    assertThat(node.waitFor(GUARD_MINUTES, TimeUnit.MINUTES)).isTrue();

    var made = quiver.run("master-key", "create", "rotated/new.key");
    var rotated =
        quiver.run(
            "master-key",
            "rotate",
            "rotated/data",
            "--from",
            "rotated/quiver-master.key",
            "--to",
            "rotated/new.key");
    var withOldKey = quiver.run(serveArguments("rotated/data", port));
    var arguments = new ArrayList<>(List.of(serveArguments("rotated/data", port)));
    arguments.addAll(List.of("--master-key-file", "rotated/new.key"));
    started.add(quiver.start(folder.resolve("rotated.log"), arguments.toArray(String[]::new)));
    var again = quiver.run("status", "--wait", "ready", "--timeout", "3m", "--endpoint", at(port));

    assertThat(ready.exitCode()).as(ready.err()).isZero();
    assertThat(made.exitCode()).as(made.err()).isZero();
    assertThat(rotated.exitCode()).as(rotated.err()).isZero();
    assertThat(withOldKey.exitCode()).isEqualTo(73);
    assertThat(withOldKey.err()).contains("master key").containsOnlyOnce("\n");
    assertThat(again.exitCode()).as(again.err()).isZero();
    var newKey = made.out().split(" ", -1)[2];
    assertThat(ready.out()).doesNotContain(newKey);
    assertThat(again.out()).contains(newKey);
  }

  private Process serve(String data, int port) throws IOException {
    var log = folder.resolve(data + ".log");
    Files.createDirectories(log.getParent());
    var process = quiver.start(log, serveArguments(data, port));
    started.add(process);
    return process;
  }

  private static String[] serveArguments(String data, int port) throws IOException {
    return new String[] {
      "serve",
      "--data-dir",
      data,
      "--listen",
      at(port),
      "--peer-listen",
      at(UnusedPorts.next()),
      "--raft-listen",
      at(UnusedPorts.next())
    };
  }

  private static String at(int port) {
    return "127.0.0.1:" + port;
  }
}
