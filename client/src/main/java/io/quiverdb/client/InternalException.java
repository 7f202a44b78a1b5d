package io.quiverdb.client;

import java.io.Serial;

/// A node failed in a way that is its own fault.
public final class InternalException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  InternalException(Reason reason) {
    super(reason);
  }
}
