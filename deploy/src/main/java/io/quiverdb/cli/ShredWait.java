package io.quiverdb.cli;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.ShredStatus;
import io.quiverdb.client.UnavailableException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Option;

/// Whether a command waits for a shredding to be complete.
final class ShredWait {
  private static final Duration PAUSE = Duration.ofMillis(500);

  @Option(
      names = "--wait",
      description =
          "Returns when no node has anything left that opens the collection, and with 1 if that"
              + " takes longer than --timeout.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = DurationConverter.class,
      description = "How long to wait (${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofMinutes(10);

  /// Where that was asked for, waits until it is complete.
  ///
  /// @return the last that was heard
  ShredStatus await(QuiverClient quiver, ShredStatus first) {
    long begin = System.nanoTime();
    var last = first;
    while (wait && !last.complete() && System.nanoTime() - begin < timeout.toNanos()) {
      LockSupport.parkNanos(PAUSE.toNanos());
      try {
        var now = quiver.shredStatus(first.name());
        if (now.id() != first.id()) {
          // Another of that name has been shredded since.
          return last;
        }
        last = now;
      } catch (UnavailableException _) {
        // The leader of the catalogue changes in the course of a shredding.
      }
    }
    return last;
  }

  /// What a command ends with.
  int exitCode(ShredStatus last) {
    return last.complete() || !wait ? ExitCode.GOOD : ExitCode.NEGATIVE;
  }
}
