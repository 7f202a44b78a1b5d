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
/// gen-<N>/collections/<id>/seg-<segment>.{vec,pay,ids,dir}
/// gen-<N>/collections/<id>/del-<segment>-<version>
/// ```
///
/// All but the first two are never changed once written, and their names are never used again.
public final class StoreLayout {
  public static final String LOCK = "LOCK";
  static final String CURRENT = "CURRENT";

  private static final Pattern VERSIONED_NAME =
      Pattern.compile(
          "(?:manifest-(\\d{1,19})-[0-9a-f]{16})|(?:(?:window|del-\\d{1,19})-(\\d{1,19}))");

  private static final Pattern COLLECTION_NAME = Pattern.compile("\\d{1,20}");

  private StoreLayout() {}

  static String generation(long generation) {
    return "gen-" + generation;
  }

  static String manifest(long generation, long version, long salt) {
    return generation(generation) + "/manifest-%d-%016x".formatted(version, salt);
  }

  static String window(long generation, long version) {
    return generation(generation) + "/window-" + version;
  }

  static String collections(long generation) {
    return generation(generation) + "/collections";
  }

  static String collection(long generation, long collectionId) {
    return collections(generation) + "/" + Long.toUnsignedString(collectionId);
  }

  /// Whether a name among the collections is that of a collection's directory.
  static boolean isCollection(String name) {
    return COLLECTION_NAME.matcher(name).matches();
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
