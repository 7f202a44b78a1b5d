package io.quiverdb.client;

import java.io.Serial;

/// The request is well formed but not allowed in the present state.
public final class PreconditionFailedException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  PreconditionFailedException(Reason reason) {
    super(reason);
  }
}
