package io.quiverdb.core.compaction;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Settings;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.secondary.SecondaryIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Which segments of a collection are worth merging: size-tiered. Segments whose sizes are of the
/// same power of [#FAN_IN] form a tier; as many as [#FAN_IN] of them are merged into one, which is
/// of the next tier then. So a row is rewritten about once per tier. A segment half of whose rows
/// are dead is rewritten by itself, so that dead rows take no more room than live ones.
public enum CompactionPolicy {
  /// What is worth its cost.
  TIERED {
    @Override
    Optional<List<SegmentRows>> choose(
        List<SegmentRows> segments, long version, Settings settings) {
      return fullTier(segments).or(() -> mostlyDead(segments, version));
    }
  },

  /// All into one with indexes of the fields that are filterable now, unless that is so already.
  ALL {
    @Override
    Optional<List<SegmentRows>> choose(
        List<SegmentRows> segments, long version, Settings settings) {
      var chosen = atMost(ROWS_MAX, segments);
      boolean worthwhile =
          chosen.size() > 1
              || chosen.stream().anyMatch(rows -> !rows.deaths().deadAsOf(version).isEmpty())
              || chosen.stream().anyMatch(rows -> !isIndexedAs(settings, rows));
      return worthwhile ? Optional.of(chosen) : Optional.empty();
    }
  };

  static final int FAN_IN = 8;

  /// Segments up to this size are of the lowest tier.
  static final long LOWEST_TIER_BYTES = 64 << 10;

  /// A row has an int for a number, and so has a page.
  private static final long ROWS_MAX = 1L << 30;

  /// @param segments of one collection, oldest first
  /// @param version as of which rows are dead
  /// @param settings of the collection
  /// @return those to be merged, in their order
  abstract Optional<List<SegmentRows>> choose(
      List<SegmentRows> segments, long version, Settings settings);

  private static boolean isIndexedAs(Settings settings, SegmentRows rows) {
    try {
      var indexed = rows.secondaryIndex().map(SecondaryIndex::indexedFields).orElseGet(Set::of);
      return indexed.equals(Set.copyOf(settings.filterableFields()));
    } catch (CorruptFileException _) {
      // It is made from the payloads anew.
      return false;
    }
  }

  private static Optional<List<SegmentRows>> fullTier(List<SegmentRows> segments) {
    var tiers = new TreeMap<Integer, List<SegmentRows>>();
    segments.forEach(
        rows ->
            tiers
                .computeIfAbsent(tier(rows.segment().summary().bytes()), _ -> new ArrayList<>())
                .add(rows));
    return tiers.values().stream()
        .map(tier -> atMost(ROWS_MAX, tier))
        .filter(tier -> tier.size() >= FAN_IN)
        .findFirst();
  }

  static int tier(long bytes) {
    int tier = 0;
    for (long limit = LOWEST_TIER_BYTES; bytes > limit; limit *= FAN_IN) {
      tier++;
    }
    return tier;
  }

  private static Optional<List<SegmentRows>> mostlyDead(List<SegmentRows> segments, long version) {
    return segments.stream()
        .filter(rows -> isMostlyDead(rows, rows.deaths().deadCount()))
        .filter(rows -> isMostlyDead(rows, rows.deaths().deadAsOf(version).getCardinality()))
        .findFirst()
        .map(List::of);
  }

  private static boolean isMostlyDead(SegmentRows rows, int deadRows) {
    return deadRows > 0 && 2L * deadRows >= rows.segment().rowCount();
  }

  /// The first of them that have no more rows together.
  private static List<SegmentRows> atMost(long rowsMax, List<SegmentRows> segments) {
    var chosen = new ArrayList<SegmentRows>();
    long rows = 0;
    for (var segment : segments) {
      rows += segment.segment().rowCount();
      if (rows <= rowsMax) {
        chosen.add(segment);
      }
    }
    return List.copyOf(chosen);
  }
}
