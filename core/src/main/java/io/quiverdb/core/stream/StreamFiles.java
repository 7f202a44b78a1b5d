package io.quiverdb.core.stream;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// The names of the files of index streams, within the directory of their collection.
///
/// | name                             | belongs to    |
/// |----------------------------------|---------------|
/// | `idx-<version>-<file>`           | a collection  |
/// | `idx-<segment>-<version>-<file>` | a segment     |
///
/// The version is that of the next manifest when the stream was begun. The file id, which its pages
/// bear, is drawn from the ids of segments, and so is unique too. The stream's own name stands in
/// the manifest only.
///
/// A file holds the stream's bytes in the bodies of 16 KiB pages, one after the other.
public final class StreamFiles {
  private static final Pattern NAME =
      Pattern.compile("idx(?:-\\d{1,19})?-(?<version>\\d{1,19})-(?<file>\\d{1,19})");

  private static final Pattern PATH_OF_SEGMENT =
      Pattern.compile(
          "gen-(?<generation>\\d{1,18})/collections/(?<collection>\\d{1,20})/"
              + "idx-(?<segment>\\d{1,18})-\\d{1,19}-\\d{1,19}");

  /// The segment that a stream belongs to.
  public record OfSegment(long generation, long collectionId, long segmentId) {}

  private StreamFiles() {}

  /// @param segmentId empty if it belongs to the collection
  public static String name(OptionalLong segmentId, long version, long fileId) {
    String segment = segmentId.isPresent() ? segmentId.getAsLong() + "-" : "";
    return "idx-" + segment + version + "-" + fileId;
  }

  /// Whether a file is one of these.
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /// The segment of a stream, if a path below the store's directory is that of one of a segment.
  public static Optional<OfSegment> ofSegment(String path) {
    var matcher = PATH_OF_SEGMENT.matcher(path);
    return matcher.matches()
        ? Optional.of(
            new OfSegment(
                Long.parseLong(matcher.group("generation")),
                Long.parseUnsignedLong(matcher.group("collection")),
                Long.parseLong(matcher.group("segment"))))
        : Optional.empty();
  }

  /// The file id that a name bears, if it is one of these.
  public static OptionalLong fileId(String name) {
    var matcher = NAME.matcher(name);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group("file")))
        : OptionalLong.empty();
  }

  /// The version that a name bears, if it is one of these.
  public static OptionalLong version(String name) {
    var matcher = NAME.matcher(name);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group("version")))
        : OptionalLong.empty();
  }
}
