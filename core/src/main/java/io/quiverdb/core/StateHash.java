package io.quiverdb.core;

/// 128 bits that replicas with the same state agree on.
public record StateHash(long high, long low) {
  @Override
  public String toString() {
    return "%016x%016x".formatted(high, low);
  }
}
