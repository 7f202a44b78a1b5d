package io.quiverdb.client;

import java.io.Serial;
import java.time.Duration;
import java.util.Optional;

/// A limit was reached or too much is in flight. Nothing was done.
public final class ResourceExhaustedException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  ResourceExhaustedException(Reason reason, Duration retryAfter) {
    super(reason);
    this.retryAfter = retryAfter;
  }

  /// What the node asked to wait before the next attempt; empty if waiting does not help.
  public Optional<Duration> retryAfter() {
    return retryAfter.isZero() ? Optional.empty() : Optional.of(retryAfter);
  }
}
