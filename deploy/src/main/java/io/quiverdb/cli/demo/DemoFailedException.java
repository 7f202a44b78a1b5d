package io.quiverdb.cli.demo;

/// The demo could not be carried to its end. The message says what did not happen.
public final class DemoFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DemoFailedException(String message) {
    super(message);
  }

  DemoFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
