package io.quiverdb.jepsen.net;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/// How a link treats what is sent over it.
///
/// @param blocked nothing arrives
/// @param delay of everything
/// @param jitter at most so much more, drawn evenly; alone it changes no order
/// @param loss probability that a packet does not arrive
/// @param duplication probability that a packet arrives twice
/// @param reordering probability that a packet is held back until others have overtaken it
public record Quality(
    boolean blocked,
    Duration delay,
    Duration jitter,
    double loss,
    double duplication,
    double reordering) {
  public static final Quality GOOD = new Quality(false, Duration.ZERO, Duration.ZERO, 0, 0, 0);

  public Quality {
    requireNotNegative("delay", delay);
    requireNotNegative("jitter", jitter);
    requireProbability("loss", loss);
    requireProbability("duplication", duplication);
    requireProbability("reordering", reordering);
  }

  public Quality withBlocked(boolean blocked) {
    return new Quality(blocked, delay, jitter, loss, duplication, reordering);
  }

  public Quality withDelay(Duration delay) {
    return new Quality(blocked, delay, jitter, loss, duplication, reordering);
  }

  public Quality withJitter(Duration jitter) {
    return new Quality(blocked, delay, jitter, loss, duplication, reordering);
  }

  public Quality withLoss(double loss) {
    return new Quality(blocked, delay, jitter, loss, duplication, reordering);
  }

  public Quality withDuplication(double duplication) {
    return new Quality(blocked, delay, jitter, loss, duplication, reordering);
  }

  public Quality withReordering(double reordering) {
    return new Quality(blocked, delay, jitter, loss, duplication, reordering);
  }

  /// In which ways it is not good.
  public Set<Impairment> impairments() {
    var impairments = EnumSet.noneOf(Impairment.class);
    if (blocked) {
      impairments.add(Impairment.BLOCK);
    }
    if (delay.isPositive()) {
      impairments.add(Impairment.DELAY);
    }
    if (jitter.isPositive()) {
      impairments.add(Impairment.JITTER);
    }
    if (loss > 0) {
      impairments.add(Impairment.LOSS);
    }
    if (duplication > 0) {
      impairments.add(Impairment.DUPLICATION);
    }
    if (reordering > 0) {
      impairments.add(Impairment.REORDERING);
    }
    return impairments;
  }

  boolean delays() {
    return delay.isPositive() || jitter.isPositive();
  }

  /// The delay of one packet or piece of a stream.
  ///
  /// @param drawn from 0 to 1
  long delayNanos(double drawn) {
    return delay.toNanos() + (long) (drawn * jitter.toNanos());
  }

  private static void requireNotNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: not negative)");
    }
  }

  private static void requireProbability(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to 1)");
    }
  }
}
