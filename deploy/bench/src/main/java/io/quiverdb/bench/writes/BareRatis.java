package io.quiverdb.bench.writes;

import io.quiverdb.bench.ChildProcess;
import io.quiverdb.cli.local.FreePorts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/// Three processes of [BareRatisMember]. The load comes from within the leader's process: no client
/// and no network in between, which is the most that Ratis can do.
final class BareRatis implements AutoCloseable {
  private static final int MEMBERS = 3;

  private final List<ChildProcess> members = new ArrayList<>();

  BareRatis(Path folder) throws IOException {
    var ports = new FreePorts(new Random()).find(MEMBERS);
    String addresses =
        ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    try {
      for (int member = 0; member < MEMBERS; member++) {
        members.add(
            ChildProcess.startAnswering(
                command(member, addresses, folder.resolve("m" + member)),
                folder.resolve("m" + member + ".log")));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static List<String> command(int member, String addresses, Path folder) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Those of bin/quiver, as far as Ratis has a use for them.
    command.addAll(
        List.of(
            "-XX:+UseG1GC",
            "-XX:+UseCompactObjectHeaders",
            "-Xmx1g",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.contains("TransparentHugePages"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BareRatisMember.class.getName(),
            Integer.toString(member),
            addresses,
            folder.toString()));
    return command;
  }

  /// Entries of so many bytes.
  Load.Report run(int inFlight, int bytes, Duration time) {
    for (int attempt = 0; attempt < 600; attempt++) {
      for (var member : members) {
        String answer = member.ask("load %d %d %d".formatted(inFlight, bytes, time.toMillis()));
        if (!answer.equals(BareRatisMember.NOT_LEADER)) {
          return Load.Report.parse(answer);
        }
      }
      pause();
    }
    throw new IllegalStateException("bare Ratis: no leader");
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    members.forEach(ChildProcess::close);
  }
}
