package io.quiverdb.jepsen.net;

/// A way in which a link can be worse than good.
public enum Impairment {
  BLOCK,
  DELAY,
  JITTER,
  LOSS,
  DUPLICATION,
  REORDERING
}
