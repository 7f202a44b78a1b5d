package io.quiverdb.cli;

import io.quiverdb.client.Cluster;
import io.quiverdb.client.UnavailableException;
import java.time.Duration;
import picocli.CommandLine.Option;

/// What commands that move replicas have in common.
final class MoveOptions {
  private static final Duration PAUSE = Duration.ofMillis(250);

  @Option(names = "--plan", description = "Shows what would be moved, and changes nothing.")
  private boolean plan;

  @Option(
      names = "--wait",
      description = "Returns when all is moved, and with 1 if that takes longer than --timeout.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = DurationConverter.class,
      description = "How long to wait (${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofMinutes(10);

  boolean plan() {
    return plan;
  }

  /// Where that was asked for, waits until nothing is moved any more.
  ///
  /// @return whether it came to that
  boolean awaitEnd(Cluster cluster) {
    long begin = System.nanoTime();
    while (wait) {
      if (!isMoving(cluster)) {
        return true;
      }
      if (System.nanoTime() - begin >= timeout.toNanos()) {
        return false;
      }
      pause();
    }
    return true;
  }

  /// The node that is asked may be one that leaves, or the leader of the catalogue may.
  private static boolean isMoving(Cluster cluster) {
    try {
      return cluster.status().moving();
    } catch (UnavailableException _) {
      return true;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException(ExitCode.NEGATIVE, "interrupted");
    }
  }
}
