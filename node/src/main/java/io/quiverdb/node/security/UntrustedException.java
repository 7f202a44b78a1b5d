package io.quiverdb.node.security;

import java.security.cert.CertificateException;

/// A certificate that is not accepted. The message says whose it is, why, and what would be.
public final class UntrustedException extends CertificateException {
  private static final long serialVersionUID = 1L;

  UntrustedException(String message) {
    super(message);
  }

  UntrustedException(String message, Throwable cause) {
    super(message, cause);
  }
}
