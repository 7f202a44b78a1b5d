package io.quiverdb.bench;

import java.util.Locale;

/// What a ratio is held against.
///
/// @param text with its unit and conditions, as people read it
public record Target(Bound bound, double ratio, String text) {
  public enum Bound {
    AT_LEAST,
    AT_MOST
  }

  public static Target atLeast(double ratio) {
    return new Target(Bound.AT_LEAST, ratio, String.format(Locale.ROOT, "≥ %.2f ×", ratio));
  }

  public static Target atMost(double ratio) {
    return new Target(Bound.AT_MOST, ratio, String.format(Locale.ROOT, "≤ %.2f ×", ratio));
  }

  boolean isMetBy(double measured) {
    return bound == Bound.AT_LEAST ? measured >= ratio : measured <= ratio;
  }
}
