package io.quiverdb.client;

import java.io.Serial;

/// A node found its data damaged. It does not guess.
public final class DataCorruptException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  DataCorruptException(Reason reason) {
    super(reason);
  }
}
