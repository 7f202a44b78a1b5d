package io.quiverdb.client;

/// Every way a call can fail, as nodes say it.
public enum ErrorCode {
  INVALID_ARGUMENT,
  NOT_FOUND,
  ALREADY_EXISTS,
  PRECONDITION_FAILED,
  UNAUTHENTICATED,
  PERMISSION_DENIED,
  /// Seen only where no leader could be found in time.
  NOT_LEADER,
  STALE_EPOCH,
  RESOURCE_EXHAUSTED,
  UNAVAILABLE,
  DEADLINE_EXCEEDED,
  /// A write may have been applied, or may still be.
  OUTCOME_UNKNOWN,
  DATA_CORRUPT,
  INTERNAL
}
