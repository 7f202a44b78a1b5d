package io.quiverdb.core.filter;

/// A number as filters compare it: exactly, longs and doubles with each other.
///
/// @param floor the greatest double that is not above it; not NaN, not −0
/// @param excess what a long beyond ±2^53 has above that double: 0 to 1023
public record NumericKey(double floor, int excess) implements Comparable<NumericKey> {
  public NumericKey {
    assert !Double.isNaN(floor) : floor;
    assert excess >= 0 && excess < 1024 : excess;
    // Adding 0 turns −0 into 0.
    floor += 0.0;
  }

  public static NumericKey of(long number) {
    double floor = (double) number;
    // 2^63 is no long, so the cast back would not show that the greatest longs were rounded up.
    if (floor == 0x1p63 || (long) floor > number) {
      floor = Math.nextDown(floor);
    }
    return new NumericKey(floor, (int) (number - (long) floor));
  }

  /// @param number not NaN
  public static NumericKey of(double number) {
    return new NumericKey(number, 0);
  }

  @Override
  public int compareTo(NumericKey other) {
    int byFloor = Double.compare(floor, other.floor);
    return byFloor != 0 ? byFloor : Integer.compare(excess, other.excess);
  }
}
