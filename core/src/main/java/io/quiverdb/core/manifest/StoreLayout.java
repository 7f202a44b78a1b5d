package io.quiverdb.core.manifest;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Where the files of a store lie.
///
/// ```
/// LOCK
/// CURRENT                                            names the live generation and manifest
/// gen-<N>/manifest-<version>-<salt>
/// gen-<N>/window-<version>
/// gen-<N>/collections/<id>/seg-<segment>.{vec,pay,ids,dir,sec}
/// gen-<N>/collections/<id>/del-<segment>-<version>
/// gen-<N>/collections/<id>/idx-[<segment>-]<version>-<file>
/// snap-<N>/...                                       second names for the files of a generation
/// wal/wal-<file>.log                                 of a store that stands alone
/// catalog.key                                        likewise, if its keys are its own
/// ```
///
/// What lies in generations is never changed once written, and its names are never used again. What
/// lies in a generation that is not the live one, or among second names that nobody holds, is left
/// over.
public final class StoreLayout {
  public static final String LOCK = "LOCK";
  public static final String CURRENT = "CURRENT";

  private static final Pattern VERSIONED_NAME =
      Pattern.compile(
          "(?:manifest-(\\d{1,19})-[0-9a-f]{16})|(?:(?:window|del-\\d{1,19})-(\\d{1,19}))");

  private static final Pattern DIRECTORY_NAME = Pattern.compile("(?:gen|snap)-(\\d{1,18})");

  private static final Pattern COLLECTION_NAME = Pattern.compile("\\d{1,20}");

  private StoreLayout() {}

  static String generation(long generation) {
    return "gen-" + generation;
  }

  static String links(long number) {
    return "snap-" + number;
  }

  /// The number of a generation's directory, or of one of second names, by its name.
  static OptionalLong number(String name) {
    var matcher = DIRECTORY_NAME.matcher(name);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  static String manifestName(long version, long salt) {
    return "manifest-%d-%016x".formatted(version, salt);
  }

  static String window(String generation, long version) {
    return generation + "/window-" + version;
  }

  static String collections(String generation) {
    return generation + "/collections";
  }

  static String collection(String generation, long collectionId) {
    return collections(generation) + "/" + Long.toUnsignedString(collectionId);
  }

  /// Whether a name among the collections is that of a collection's directory.
  static boolean isCollection(String name) {
    return COLLECTION_NAME.matcher(name).matches();
  }

  /// What makes the name of a manifest unique, if it is one.
  static OptionalLong manifestSalt(String name) {
    return name.startsWith("manifest-") && version(name).isPresent()
        ? OptionalLong.of(Long.parseUnsignedLong(name.substring(name.lastIndexOf('-') + 1), 16))
        : OptionalLong.empty();
  }

  /// The version of the manifest that a file was written for, if its name says so.
  static OptionalLong version(String name) {
    var matcher = VERSIONED_NAME.matcher(name);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    String ofManifest = matcher.group(1);
    return OptionalLong.of(Long.parseLong(ofManifest == null ? matcher.group(2) : ofManifest));
  }
}
