package io.quiverdb.client;

import java.io.Serial;

/// There is no such collection or point.
public final class NotFoundException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  NotFoundException(Reason reason) {
    super(reason);
  }
}
