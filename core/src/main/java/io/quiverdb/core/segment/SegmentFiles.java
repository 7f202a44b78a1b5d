package io.quiverdb.core.segment;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The names of the files of segments, within the directory of their collection.
///
/// | name                      | pages     | holds                                                 |
/// |---------------------------|-----------|-------------------------------------------------------|
/// | `seg-<id>.vec`            | n × 16 KiB| vectors by row ([Segment])                            |
/// | `seg-<id>.pay`            | 16 KiB    | payloads, one after the other across pages ([Segment])|
/// | `seg-<id>.ids`            | 4 KiB     | what else a row has ([IdPage])                        |
/// | `seg-<id>.dir`            | one       | sparse index and filters of ids ([SegmentDirectory])  |
/// | `seg-<id>.sec`            | 16 KiB    | secondary indexes, where there are filterable fields  |
/// | `del-<segment>-<version>` | one       | dead rows as of a manifest ([DeadRowsFile])           |
///
/// The file id in their pages is the segment's.
public final class SegmentFiles {
  static final String VECTORS = "vec";
  static final String PAYLOADS = "pay";
  static final String IDS = "ids";
  static final String DIRECTORY = "dir";
  static final String SECONDARY = "sec";

  private static final Pattern NAME =
      Pattern.compile(
          "seg-(?<id>\\d{1,19})\\.(vec|pay|ids|dir|sec)|del-(?<segment>\\d{1,19})-\\d{1,19}");

  private SegmentFiles() {}

  /// Those that a segment has.
  public static List<String> names(SegmentSummary segment) {
    String secondary = name(segment.id(), SECONDARY);
    return possibleNames(segment.id()).stream()
        .filter(name -> segment.hasSecondaryFile() || !name.equals(secondary))
        .toList();
  }

  /// Those that a segment may have, in the order in which a verification reads them.
  public static List<String> possibleNames(long segmentId) {
    return Stream.of(SECONDARY, DIRECTORY, PAYLOADS, IDS, VECTORS)
        .map(kind -> name(segmentId, kind))
        .toList();
  }

  public static String deadRowsName(long segmentId, long version) {
    return "del-" + segmentId + "-" + version;
  }

  /// Whether a file is one of these, of whatever segment.
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /// The segment of a file.
  ///
  /// @param name for which [#isName] holds
  public static long segmentId(String name) {
    var matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("name: " + name + " (expected: that of a segment's file)");
    }
    String id = matcher.group("id");
    return Long.parseLong(id == null ? matcher.group("segment") : id);
  }

  static String path(String directory, long segmentId, String kind) {
    return directory + "/" + name(segmentId, kind);
  }

  private static String name(long segmentId, String kind) {
    return "seg-" + segmentId + "." + kind;
  }
}
