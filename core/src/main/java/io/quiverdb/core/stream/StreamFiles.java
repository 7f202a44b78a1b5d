package io.quiverdb.core.stream;

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
