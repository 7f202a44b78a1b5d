package io.quiverdb.client.routing;

import java.time.Duration;
import java.util.List;

/// @param seeds `host:port` of nodes to ask first, at least one
/// @param timeout of a call, all its attempts included
/// @param attemptTimeout how long one node may take before another is asked; one more of it with
///   each attempt, so that a call that takes long ends too
/// @param seedsOnly whether no other nodes are asked; seeds forward what they do not lead
public record RouterOptions(
    List<String> seeds,
    Duration timeout,
    Duration attemptTimeout,
    boolean seedsOnly,
    ClientSecurity security) {
  public RouterOptions {
    seeds = List.copyOf(seeds);
    if (seeds.isEmpty()) {
      throw new IllegalArgumentException("seeds: none (expected: at least one host:port)");
    }
    seeds.forEach(Address::parse);
    requirePositive("timeout", timeout);
    requirePositive("attemptTimeout", attemptTimeout);
  }

  private static void requirePositive(String name, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + ": " + duration + " (expected: more than 0)");
    }
  }
}
