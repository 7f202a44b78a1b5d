package io.quiverdb.core;

import java.util.ArrayList;
import java.util.List;

/// What [Store#salvage] took over and what it had to leave out.
///
/// @param position that the new store stands at
/// @param collectionCount how many collections were taken over
/// @param pointCount how many points were taken over from the newest checkpoint
/// @param appliedCount how many operations of the log were applied after that
/// @param refusedCount how many of them were refused, as they may have been the first time: but
///   behind a gap, others may be than then
/// @param damages why others were not, the first [Verification#DAMAGES_MAX]; where it is the file
///   of dead rows that is damaged, points that were deleted or replaced may have come back
/// @param damageCount how many there are
public record SalvageReport(
    Position position,
    long collectionCount,
    long pointCount,
    long appliedCount,
    long refusedCount,
    List<Damage> damages,
    long damageCount) {
  /// Before anything was taken over.
  public static final SalvageReport NOTHING =
      new SalvageReport(Position.START, 0, 0, 0, 0, List.of(), 0);

  public SalvageReport {
    damages = List.copyOf(damages);
  }

  /// With what was taken over from the log.
  ///
  /// @param end that the new store stands at then
  /// @param found what was left out, the first of it
  /// @param foundCount how much there is of it
  public SalvageReport withLog(
      Position end, long applied, long refused, List<Damage> found, long foundCount) {
    var all = new ArrayList<>(damages);
    all.addAll(found);
    return new SalvageReport(
        end,
        collectionCount,
        pointCount,
        appliedCount + applied,
        refusedCount + refused,
        all.subList(0, Math.min(all.size(), Verification.DAMAGES_MAX)),
        damageCount + foundCount);
  }

  /// Whether nothing was left out.
  public boolean isComplete() {
    return damageCount == 0;
  }
}
