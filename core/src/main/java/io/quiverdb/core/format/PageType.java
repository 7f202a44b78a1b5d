package io.quiverdb.core.format;

/// What a page holds.
public enum PageType {
  VECTORS(1),
  PAYLOADS(2),
  IDS(3),
  /// The sparse index of a segment's ids.
  DIRECTORY(4),
  DEAD_ROWS(5),
  /// The request-id window.
  WINDOW(6),
  MANIFEST(7),
  /// A piece of an index stream.
  INDEX_STREAM(8),
  /// The secondary indexes of a segment.
  SECONDARY(9);

  private final int code;

  PageType(int code) {
    this.code = code;
  }

  /// As files hold it.
  int code() {
    return code;
  }
}
