package io.quiverdb.cli.demo;

import com.google.errorprone.annotations.FormatMethod;
import io.quiverdb.cli.terminal.Progress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/// What the demo tells as it goes on: numbered steps, each with the time at which it begins.
final class Narration {
  private static final double NANOS_PER_SECOND = 1e9;

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final long startNanos;
  private int steps;

  /// @param terminal whether `out` is one
  Narration(PrintWriter out, boolean terminal, LongSupplier nanoTime) {
    this.out = out;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
  }

  void step(String title) {
    steps++;
    say("");
    say(
        String.format(
            Locale.ROOT,
            "%d. %s   (at %.0f s)",
            steps,
            title,
            (nanoTime.getAsLong() - startNanos) / NANOS_PER_SECOND));
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  /// Under a step.
  @FormatMethod
  void detail(String format, Object... values) {
    say("   " + String.format(Locale.ROOT, format, values));
  }

  Progress progress(String task) {
    return new Progress(out, terminal, nanoTime, "   " + task, "points");
  }
}
