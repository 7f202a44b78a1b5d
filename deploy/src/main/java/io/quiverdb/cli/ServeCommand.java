package io.quiverdb.cli;

import io.quiverdb.node.NodeProcess;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `quiver serve`
@Command(
    name = "serve",
    description = {
      "Runs a node until it is told to stop.",
      "Every setting can also stand in a file (--config) or in the environment (QUIVER_<KEY_PATH>);"
          + " what is said here goes before both."
    },
    footer = {
      "",
      "Examples:",
      "  quiver serve",
      "  quiver serve --data-dir /var/lib/quiver --listen 0.0.0.0:7070 --join a,b,c --insecure"
    })
final class ServeCommand implements Callable<Integer> {
  /// The property that names it, `bin/quiver` of the distribution.
  static final String LAUNCHER = "quiver.launcher";

  @Mixin private final NodeOptions options = new NodeOptions();

  @Override
  public Integer call() {
    return NodeProcess.run(options.config());
  }

  /// What runs a node, without its options: the launcher of the distribution that we run from,
  /// which knows the flags, or where there is none a JVM like ours.
  static List<String> line() {
    var launcher = System.getProperty(LAUNCHER);
    if (launcher != null) {
      return List.of(launcher, "serve");
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), QuiverCommand.class.getName(), "serve"));
    return command;
  }
}
