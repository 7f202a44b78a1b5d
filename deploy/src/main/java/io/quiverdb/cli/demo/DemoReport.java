package io.quiverdb.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a run of the demo has shown, in figures.
///
/// @param points loaded
/// @param acknowledgedWrites points acknowledged to the writers; the load is not among them
/// @param failoverMillis from the kill to the next acknowledged write on a shard which the killed
///   node led, the worst shard
/// @param verifiedReplicas nodes whose hash equals the leader's on every shard
/// @param encrypted whether the cluster says that what it stores is encrypted
/// @param joined how the fourth node joined, if one did
/// @param recallAtTen which part of the ten nearest searches found
record DemoReport(
    long points,
    long acknowledgedWrites,
    long acknowledgedAfterKill,
    long unknownWrites,
    long lostWrites,
    int leaderKills,
    long failoverMillis,
    int verifiedReplicas,
    boolean replicaHashesEqual,
    boolean encrypted,
    Optional<JoiningNode.Joined> joined,
    double recallAtTen) {
  static final int ACKNOWLEDGED_MIN = 10_000;
  static final int AFTER_KILL_MIN = 1_000;
  static final double RECALL_MIN = 0.95;

  /// What does not hold; nothing if the run is good.
  List<String> shortcomings(long pointsExpected, int nodes) {
    var shortcomings = new ArrayList<String>();
    require(shortcomings, points == pointsExpected, "points", points, pointsExpected);
    require(shortcomings, lostWrites == 0, "lost_writes", lostWrites, 0);
    requireAtLeast(shortcomings, "acknowledged_writes", acknowledgedWrites, ACKNOWLEDGED_MIN);
    requireAtLeast(shortcomings, "acknowledged_after_kill", acknowledgedAfterKill, AFTER_KILL_MIN);
    requireAtLeast(shortcomings, "leader_kills", leaderKills, 1);
    require(shortcomings, verifiedReplicas == nodes, "verified_replicas", verifiedReplicas, nodes);
    require(shortcomings, replicaHashesEqual, "replica_hashes_equal", replicaHashesEqual, true);
    require(shortcomings, encrypted, "encrypted", encrypted, true);
    joined.flatMap(JoiningNode::shortcoming).ifPresent(shortcomings::add);
    require(
        shortcomings,
        recallAtTen >= RECALL_MIN,
        "recall_at_10",
        recallAtTen,
        "at least " + RECALL_MIN);
    return shortcomings;
  }

  String toJson() {
    return String.format(
        Locale.ROOT,
        """
        {
          "points": %d,
          "acknowledged_writes": %d,
          "acknowledged_after_kill": %d,
          "unknown_writes": %d,
          "lost_writes": %d,
          "leader_kills": %d,
          "failover_ms": %d,
          "verified_replicas": %d,
          "replica_hashes_equal": %b,
          "encrypted": %b,
          "recall_at_10": %.4f%s
        }
        """,
        points,
        acknowledgedWrites,
        acknowledgedAfterKill,
        unknownWrites,
        lostWrites,
        leaderKills,
        failoverMillis,
        verifiedReplicas,
        replicaHashesEqual,
        encrypted,
        recallAtTen,
        joined.map(DemoReport::joinedFields).orElse(""));
  }

  private static String joinedFields(JoiningNode.Joined joined) {
    return """
    ,
      "join_serves_ms": %d,
      "join_settled_ms": %d\
    """
        .formatted(joined.serves().toMillis(), joined.settled().toMillis());
  }

  private static void requireAtLeast(
      List<String> shortcomings, String name, long actual, long least) {
    require(shortcomings, actual >= least, name, actual, "at least " + least);
  }

  private static void require(
      List<String> shortcomings, boolean holds, String name, Object actual, Object expected) {
    if (!holds) {
      shortcomings.add(name + ": " + actual + " (expected: " + expected + ")");
    }
  }
}
