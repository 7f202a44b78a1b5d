package io.quiverdb.cli.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/// How far a long task is: on a terminal a bar that is drawn over, elsewhere a plain line now and
/// then. Used by one thread.
///
/// ```
/// load  [#########-----------]  45 %  15,300 points  5,100/s  8 s left
/// ```
public final class Progress implements AutoCloseable {
  private static final int BAR_WIDTH = 30;
  private static final long DRAW_INTERVAL_NANOS = Duration.ofMillis(100).toNanos();
  private static final long LINE_INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();
  private static final double NANOS_PER_SECOND = 1e9;
  private static final String CLEAR_TO_END_OF_LINE = "\u001b[K";

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final String task;
  private final String unit;
  private final long startNanos;
  private long lastShownNanos;
  private long count;
  private double fraction = -1;
  private boolean closed;

  /// @param terminal whether `out` is one
  /// @param task what is being done, in a word
  /// @param unit what is counted, in the plural
  public Progress(
      PrintWriter out, boolean terminal, LongSupplier nanoTime, String task, String unit) {
    this.out = out;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.task = task;
    this.unit = unit;
    this.startNanos = nanoTime.getAsLong();
    this.lastShownNanos = startNanos;
  }

  /// @param count how many have been done
  /// @param fraction of the whole, 0 to 1; negative if unknown
  public void update(long count, double fraction) {
    this.count = count;
    this.fraction = Math.min(fraction, 1);
    long interval = terminal ? DRAW_INTERVAL_NANOS : LINE_INTERVAL_NANOS;
    long now = nanoTime.getAsLong();
    if (now - lastShownNanos >= interval) {
      lastShownNanos = now;
      show(now);
    }
  }

  /// Shows the last state, and leaves it standing.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      show(nanoTime.getAsLong());
      if (terminal) {
        out.println();
        out.flush();
      }
    }
  }

  private void show(long now) {
    var line = task + "  " + bar() + text(now);
    if (terminal) {
      out.print("\r" + line + CLEAR_TO_END_OF_LINE);
    } else {
      out.println(line);
    }
    out.flush();
  }

  private String bar() {
    if (fraction < 0) {
      return "";
    }
    var percent = String.format(Locale.ROOT, "%3d %%  ", (int) (fraction * 100));
    int filled = (int) (fraction * BAR_WIDTH);
    return terminal
        ? "[" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "] " + percent
        : percent;
  }

  private String text(long now) {
    double seconds = (now - startNanos) / NANOS_PER_SECOND;
    var text = String.format(Locale.ROOT, "%,d %s", count, unit);
    if (seconds > 0) {
      text += String.format(Locale.ROOT, "  %,.0f/s", count / seconds);
    }
    if (!closed && fraction > 0) {
      text += String.format(Locale.ROOT, "  %.0f s left", seconds / fraction - seconds);
    }
    return closed ? text + String.format(Locale.ROOT, "  in %.1f s", seconds) : text;
  }
}
