package io.quiverdb.client;

import java.io.Serial;

/// The time was over before an answer came. A write that fails so was not applied.
public final class DeadlineExceededException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  DeadlineExceededException(Reason reason) {
    super(reason);
  }
}
