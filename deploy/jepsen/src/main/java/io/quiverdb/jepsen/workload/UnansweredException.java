package io.quiverdb.jepsen.workload;

/// A question to which there was no answer, or one that says no more than that there is none.
final class UnansweredException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean mayHaveTakenPlace;

  UnansweredException(String message, boolean mayHaveTakenPlace) {
    super(message);
    this.mayHaveTakenPlace = mayHaveTakenPlace;
  }

  boolean mayHaveTakenPlace() {
    return mayHaveTakenPlace;
  }
}
