package io.quiverdb.client;

import java.io.Serial;

/// No node could serve the call in time. Nothing was done.
public final class UnavailableException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  UnavailableException(Reason reason) {
    super(reason);
  }
}
