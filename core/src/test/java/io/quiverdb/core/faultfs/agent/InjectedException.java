package io.quiverdb.core.faultfs.agent;

import java.io.IOException;

/// A fault, with the message that the JDK would give it; its name tells it from a real one in logs.
final class InjectedException extends IOException {
  private static final long serialVersionUID = 1;

  InjectedException(String message) {
    super(message);
  }
}
