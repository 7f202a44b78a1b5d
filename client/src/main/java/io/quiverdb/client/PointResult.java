package io.quiverdb.client;

/// What a write did to one point.
public enum PointResult {
  INSERTED,
  REPLACED,
  DELETED,
  /// It was to be deleted or to have another payload, and was not there.
  ABSENT,
  PAYLOAD_SET,
  /// An earlier attempt had done it, and what that was is no longer recorded.
  NOT_RECORDED;

  static PointResult of(io.quiverdb.api.v1.PointResult result) {
    return switch (result) {
      case INSERTED -> INSERTED;
      case REPLACED -> REPLACED;
      case DELETED -> DELETED;
      case ABSENT -> ABSENT;
      case PAYLOAD_SET -> PAYLOAD_SET;
      case POINT_RESULT_UNSPECIFIED, UNRECOGNIZED -> NOT_RECORDED;
    };
  }
}
