package io.quiverdb.client;

import java.io.Serial;

/// The server does not know who asks.
public final class UnauthenticatedException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  UnauthenticatedException(Reason reason) {
    super(reason);
  }
}
