package io.quiverdb.core;

import java.util.List;

/// What [Store#salvage] took over and what it had to leave out.
///
/// @param position that the new store stands at
/// @param collectionCount how many collections were taken over
/// @param pointCount how many points were taken over
/// @param damages why others were not, the first [Verification#DAMAGES_MAX]; where it is the file
///   of dead rows that is damaged, points that were deleted or replaced may have come back
/// @param damageCount how many there are
public record SalvageReport(
    Position position,
    long collectionCount,
    long pointCount,
    List<Damage> damages,
    long damageCount) {
  public SalvageReport {
    damages = List.copyOf(damages);
  }

  /// Whether nothing was left out.
  public boolean isComplete() {
    return damageCount == 0;
  }
}
