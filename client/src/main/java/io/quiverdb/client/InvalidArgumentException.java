package io.quiverdb.client;

import java.io.Serial;

/// The request can never succeed as it is; the message names the value and what was expected.
public final class InvalidArgumentException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  InvalidArgumentException(Reason reason) {
    super(reason);
  }
}
