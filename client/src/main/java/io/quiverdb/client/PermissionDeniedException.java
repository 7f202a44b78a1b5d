package io.quiverdb.client;

import java.io.Serial;

/// Whoever asks may not do this.
public final class PermissionDeniedException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  PermissionDeniedException(Reason reason) {
    super(reason);
  }
}
