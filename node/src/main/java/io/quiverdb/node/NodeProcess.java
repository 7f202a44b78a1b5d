package io.quiverdb.node;

import io.quiverdb.node.telemetry.NodeLogging;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node as a process of its own: its logs, its signals and its exit code.
public final class NodeProcess {
  private static final Logger log = LoggerFactory.getLogger(NodeProcess.class);
  private static final Duration STOP_MAX = Duration.ofSeconds(10);

  private NodeProcess() {}

  /// Serves until the process is told to stop, which ends it with [ExitCode#GOOD]. A failed disk
  /// ends it at once with [ExitCode#INPUT_OUTPUT].
  ///
  /// @return the exit code if the node could not start, or was interrupted
  public static int run(NodeConfig config) {
    NodeLogging.configure(config.logFormat());
    QuiverNode node;
    try {
      node = QuiverNode.start(config, NodeProcess::halt);
    } catch (StartupException e) {
      log.error("node cannot start: {}", e.getMessage());
      log.debug("node cannot start", e);
      return e.exitCode();
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "stop"));
    try {
      node.awaitClose();
      return ExitCode.GOOD;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      node.close();
      return ExitCode.GOOD;
    }
  }

  // A signal's own exit code is 128 and its number; a node that stopped as told exits with 0.
  private static void stop(QuiverNode node) {
    var stopper = Thread.ofPlatform().name("stop-node").start(node::close);
    try {
      if (!stopper.join(STOP_MAX)) {
        log.warn(
            "stop took too long millis={}; what is not checkpointed is in the log",
            STOP_MAX.toMillis());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(ExitCode.GOOD);
  }

  // What is on the disk is not known any more: nothing may be written or answered after this.
  private static void halt(Throwable failure) {
    log.error("disk failed, halting", failure);
    Runtime.getRuntime().halt(ExitCode.INPUT_OUTPUT);
  }
}
