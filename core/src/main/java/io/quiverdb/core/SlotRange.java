package io.quiverdb.core;

/// Hash slots `first` to `last`, both included.
public record SlotRange(int first, int last) {
  public static final SlotRange ALL = new SlotRange(0, Slots.COUNT - 1);

  public SlotRange {
    if (first < 0 || last >= Slots.COUNT || first > last) {
      throw new IllegalArgumentException(
          "slots: " + first + " to " + last + " (expected: within 0 to " + (Slots.COUNT - 1) + ")");
    }
  }

  public boolean contains(int slot) {
    return slot >= first && slot <= last;
  }
}
