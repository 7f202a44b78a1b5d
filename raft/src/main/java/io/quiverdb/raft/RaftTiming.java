package io.quiverdb.raft;

import java.time.Duration;

/// How soon a silent leader is replaced.
///
/// @param electionTimeoutMin a follower that hears nothing for a time between the two campaigns;
///   half of it is the heartbeat
public record RaftTiming(Duration electionTimeoutMin, Duration electionTimeoutMax) {
  public static final RaftTiming PRODUCTION =
      new RaftTiming(Duration.ofSeconds(1), Duration.ofSeconds(2));

  public RaftTiming {
    if (electionTimeoutMin.isNegative()
        || electionTimeoutMin.isZero()
        || electionTimeoutMin.compareTo(electionTimeoutMax) > 0) {
      throw new IllegalArgumentException(
          "election timeout: %s to %s (expected: above 0, ascending)"
              .formatted(electionTimeoutMin, electionTimeoutMax));
    }
  }
}
