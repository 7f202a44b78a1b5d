package io.quiverdb.core.index;

import java.io.IOException;

/// What is to be read as a graph is none, or not one of this segment.
public final class GraphDamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  GraphDamagedException(String what, Object found, Object expected) {
    super("graph: %s is %s (expected: %s)".formatted(what, found, expected));
  }
}
