package io.quiverdb.client;

import java.io.Serial;

/// There is one of that name already.
public final class AlreadyExistsException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  AlreadyExistsException(Reason reason) {
    super(reason);
  }
}
