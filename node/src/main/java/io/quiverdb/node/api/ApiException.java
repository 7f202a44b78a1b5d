package io.quiverdb.node.api;

import io.quiverdb.api.v1.ErrorDetail;

/// A call's failure as its caller is told of it.
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ErrorDetail detail;

  ApiException(ErrorDetail detail) {
    super(detail.getMessage());
    this.detail = detail;
  }

  ErrorDetail detail() {
    return detail;
  }
}
