package io.quiverdb.core.format;

import io.quiverdb.core.VersionRange;

/// What a page holds. All pages of a file are of one type, and so each type is a kind of file. Its
/// version, which [FileHeader] holds, is that of all that lies in the pages: it rises with any
/// change of that which an older release would not read or not keep.
public enum PageType {
  VECTORS(1, VersionRange.FIRST),
  PAYLOADS(2, VersionRange.FIRST),
  IDS(3, VersionRange.FIRST),
  /// The sparse index of a segment's ids.
  DIRECTORY(4, VersionRange.FIRST),
  DEAD_ROWS(5, VersionRange.FIRST),
  /// The request-id window.
  WINDOW(6, VersionRange.FIRST),
  MANIFEST(7, VersionRange.FIRST),
  /// A piece of an index stream.
  INDEX_STREAM(8, VersionRange.FIRST),
  /// The secondary indexes of a segment.
  SECONDARY(9, VersionRange.FIRST);

  private final int code;

  @SuppressWarnings("ImmutableEnumChecker") // a record of two numbers
  private final VersionRange versions;

  PageType(int code, VersionRange versions) {
    this.code = code;
    this.versions = versions;
  }

  /// Of this kind of file: those that are read, the newest of which is written.
  VersionRange versions() {
    return versions;
  }

  /// As files hold it.
  int code() {
    return code;
  }
}
