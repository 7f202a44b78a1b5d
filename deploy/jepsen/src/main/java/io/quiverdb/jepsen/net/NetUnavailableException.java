package io.quiverdb.jepsen.net;

/// A network of this kind cannot be made here; the message says why.
public final class NetUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  public NetUnavailableException(String message) {
    super(message);
  }

  public NetUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
