package io.quiverdb.cli;

import io.quiverdb.node.NodeProcess;
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
  @Mixin private final NodeOptions options = new NodeOptions();

  @Override
  public Integer call() {
    return NodeProcess.run(options.config());
  }
}
