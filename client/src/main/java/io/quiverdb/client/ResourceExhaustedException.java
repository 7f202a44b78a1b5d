package io.quiverdb.client;

import java.io.Serial;

/// A limit was reached or too much is in flight. Nothing was done.
public final class ResourceExhaustedException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  ResourceExhaustedException(Reason reason) {
    super(reason);
  }
}
