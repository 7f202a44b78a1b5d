package io.quiverdb.client;

/// What a write did to one point.
public enum PointResult {
  INSERTED,
  REPLACED,
  DELETED,
  /// It was to be deleted and was not there.
  ABSENT,
  /// An earlier attempt had done it, and what that was is no longer recorded.
  NOT_RECORDED;

  static PointResult of(io.quiverdb.api.v1.PointResult result) {
    return switch (result) {
      case INSERTED -> INSERTED;
      case REPLACED -> REPLACED;
      case DELETED -> DELETED;
      case ABSENT -> ABSENT;
      case POINT_RESULT_UNSPECIFIED, UNRECOGNIZED -> NOT_RECORDED;
    };
  }
}
