package io.quiverdb.jepsen.mutant;

/// A patch file that is not what its format says, or does not apply to the sources.
public final class MalformedMutantException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedMutantException(String message) {
    super(message);
  }

  MalformedMutantException(String message, Throwable cause) {
    super(message, cause);
  }
}
