package io.quiverdb.cli.transfer;

/// A row is not what it should be. The message says what was wrong and what was expected, without
/// the line's number.
public final class BadRowException extends Exception {
  private static final long serialVersionUID = 1;

  public BadRowException(String message) {
    super(message);
  }
}
