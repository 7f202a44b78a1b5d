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

  /// Serves until the process is told to stop, which ends it with [ExitCode#GOOD], or with
  /// [ExitCode#STOP_OVERRUN] if that takes too long. A failed disk ends it at once with
  /// [ExitCode#INPUT_OUTPUT].
  ///
  /// @return the exit code if it was interrupted
  /// @throws StartupException if the node could not start; its message is for people
  public static int run(NodeConfig config) {
    NodeLogging.configure(config.logFormat());
    QuiverNode node;
    try {
      node = QuiverNode.start(config, NodeProcess::halt);
    } catch (StartupException e) {
      log.debug("node cannot start", e);
      throw e;
    }
    // A signal's own exit code is 128 and its number; a node that stopped as told exits with 0.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> Runtime.getRuntime().halt(stop(node::close, STOP_MAX)), "stop"));
    try {
      node.awaitClose();
      return ExitCode.GOOD;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      node.close();
      return ExitCode.GOOD;
    }
  }

  /// Runs `close`, and waits for it at most `max`.
  ///
  /// @return the exit code
  static int stop(Runnable close, Duration max) {
    var stopper = Thread.ofPlatform().daemon().name("stop-node").start(close);
    try {
      if (stopper.join(max)) {
        return ExitCode.GOOD;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    log.warn(
        "stop took too long millis={}; what is not checkpointed is in the log", max.toMillis());
    return ExitCode.STOP_OVERRUN;
  }

  // What is on the disk is not known any more, or must stay as it is: nothing may be written or
  // answered after this.
  private static void halt(Throwable failure) {
    log.error("disk or log failed, halting", failure);
    Runtime.getRuntime().halt(ExitCode.INPUT_OUTPUT);
  }
}
