package io.quiverdb.bench;

import java.util.Locale;

/// What a ratio is held against.
///
/// @param text with its unit and conditions, as people read it
public record Target(Bound bound, double ratio, String text) {
  public enum Bound {
    AT_LEAST,
    AT_MOST,

    /// Whatever it is, it is met.
    NONE
  }

  public static Target atLeast(double ratio) {
    return new Target(Bound.AT_LEAST, ratio, String.format(Locale.ROOT, "≥ %.2f ×", ratio));
  }

  public static Target atMost(double ratio) {
    return new Target(Bound.AT_MOST, ratio, String.format(Locale.ROOT, "≤ %.2f ×", ratio));
  }

  /// Of a figure that people want to know and nobody promises.
  public static Target reported() {
    return new Target(Bound.NONE, Double.NaN, "reported");
  }

  boolean isMetBy(double measured) {
    return switch (bound) {
      case AT_LEAST -> measured >= ratio;
      case AT_MOST -> measured <= ratio;
      case NONE -> true;
    };
  }
}
