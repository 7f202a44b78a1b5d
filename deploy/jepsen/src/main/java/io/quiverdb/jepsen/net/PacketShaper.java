package io.quiverdb.jepsen.net;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// Decides over the packets of one link, in the order in which they were sent.
final class PacketShaper {
  /// For so long a packet is held back beside its delay to be overtaken.
  static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final SplittableRandom random;
  private long lastDue;

  /// @param now by [System#nanoTime], as below
  PacketShaper(SplittableRandom random, long now) {
    this.random = random;
    this.lastDue = now;
  }

  /// @param copies how often it arrives: 0 to 2
  /// @param due when; what is not after now arrives at once
  record Fate(int copies, long due) {}

  Fate fate(Quality quality, long now) {
    // Drawn for every packet, that one fault does not shift the draws of another.
    double lost = random.nextDouble();
    double doubled = random.nextDouble();
    double heldBack = random.nextDouble();
    double jitter = random.nextDouble();
    if (quality.blocked() || lost < quality.loss()) {
      return new Fate(0, now);
    }
    int copies = doubled < quality.duplication() ? 2 : 1;
    long due = now + quality.delayNanos(jitter);
    if (heldBack < quality.reordering()) {
      return new Fate(copies, due + HOLD_NANOS);
    }
    // What was delayed before a heal does not delay what comes after it.
    lastDue = quality.delays() && lastDue - due > 0 ? lastDue : due;
    return new Fate(copies, lastDue);
  }
}
