package io.quiverdb.core.storage;

/// The simulated machine has no power any more.
public final class CrashedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CrashedException(long call) {
    super("crashed at call " + call);
  }
}
