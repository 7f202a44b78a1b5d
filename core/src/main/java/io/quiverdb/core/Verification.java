package io.quiverdb.core;

import io.quiverdb.core.StoreStats.IndexCoverage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What [Store#verify] found: everything that is wrong with the files of one manifest.
///
/// @param manifestVersion 0 if no manifest was published yet, or which one is live cannot be told
/// @param position that the manifest holds
/// @param fileCount how many files were read
/// @param byteCount of those files
/// @param rowCount how many rows were read, dead ones included
/// @param stateHash recomputed from every row on disk: what [Store#stateHash] was at `position`.
///   Empty if damage stands in the way
/// @param damages in the order of the walk; the first [#DAMAGES_MAX] of them
/// @param damageCount how many there are; beyond those kept, some may be counted twice
/// @param index which rows searches find by a graph now, of a store that is open: of the collection
///   that was asked for, or of all
/// @param indexes the streams of indexes that were read and are sound; the first [#INDEXES_MAX]
public record Verification(
    long manifestVersion,
    Position position,
    long fileCount,
    long byteCount,
    long rowCount,
    Optional<StateHash> stateHash,
    List<Damage> damages,
    long damageCount,
    IndexCoverage index,
    List<IndexDigest> indexes) {
  /// More are counted, not kept: of a disk that is lost nobody reads every page's name.
  public static final int DAMAGES_MAX = 1000;

  public static final int INDEXES_MAX = 1000;

  /// Of a store that has published nothing yet.
  public static final Verification NOTHING =
      new Verification(
          0,
          Position.START,
          0,
          0,
          0,
          Optional.empty(),
          List.of(),
          0,
          IndexCoverage.NOTHING,
          List.of());

  /// Of a store whose manifest cannot be read, so that nobody knows its other files.
  public static Verification of(Damage damage) {
    return new Verification(
        0,
        Position.START,
        1,
        0,
        0,
        Optional.empty(),
        List.of(damage),
        1,
        IndexCoverage.NOTHING,
        List.of());
  }

  public Verification {
    damages = List.copyOf(damages);
    indexes = List.copyOf(indexes);
  }

  /// With what is known of the open store.
  public Verification withIndex(IndexCoverage coverage) {
    return new Verification(
        manifestVersion,
        position,
        fileCount,
        byteCount,
        rowCount,
        stateHash,
        damages,
        damageCount,
        coverage,
        indexes);
  }

  /// With what was found in the files of the log.
  ///
  /// @param found the first of them
  /// @param foundCount how many there are
  public Verification withLog(
      long logFileCount, long logByteCount, List<Damage> found, long foundCount) {
    var all = new ArrayList<>(damages);
    all.addAll(found);
    return new Verification(
        manifestVersion,
        position,
        fileCount + logFileCount,
        byteCount + logByteCount,
        rowCount,
        stateHash,
        all.subList(0, Math.min(all.size(), DAMAGES_MAX)),
        damageCount + foundCount,
        index,
        indexes);
  }

  public boolean isIntact() {
    return damageCount == 0;
  }
}
