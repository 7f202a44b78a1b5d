package io.quiverdb.core.log;

/// A commit group was not written or not applied; whether its requests survive is not known.
public final class GroupFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Throwable reason;

  GroupFailedException(Throwable reason) {
    super(reason);
    this.reason = reason;
  }

  public Throwable reason() {
    return reason;
  }
}
