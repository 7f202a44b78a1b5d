package io.quiverdb.cli.demo;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterStatus.Role;
import java.util.Comparator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// Which shard's leader is killed and when: the same for the same seed, in terms of what the
/// writers have done.
///
/// @param shardIndex among the shards, by number
/// @param afterAcknowledged points acknowledged to the writers
/// @param delayMillis after that, so that the kill falls anywhere within a write
record LeaderKill(int shardIndex, int afterAcknowledged, int delayMillis) {
  private static final int DELAY_MILLIS_MAX = 100;

  /// Early enough that writers have much left to do.
  static LeaderKill plan(long seed, int shards, int writes) {
    var random = new SplittableRandom(seed);
    return new LeaderKill(
        random.nextInt(shards),
        random.nextInt(writes / 10, writes / 2),
        random.nextInt(DELAY_MILLIS_MAX));
  }

  /// Who is to be killed.
  ///
  /// @param shardTerms by number, of all the shards that it leads
  record Victim(String clientAddress, int shard, Map<Integer, Long> shardTerms) {}

  /// @throws LocalClusterException if the shard has no leader
  Victim choose(ClusterStatus status) {
    var leaders =
        status.nodes().stream()
            .flatMap(
                node ->
                    node.replicas().stream()
                        .filter(replica -> replica.role() == Role.LEADER)
                        .map(replica -> new Led(node.clientAddress(), replica)))
            .sorted(Comparator.comparingInt(led -> led.replica.shard()))
            .toList();
    if (shardIndex >= leaders.size()) {
      throw new LocalClusterException(
          "shards with a leader: " + leaders.size() + " (expected: all)");
    }
    var chosen = leaders.get(shardIndex);
    var terms =
        leaders.stream()
            .filter(led -> led.clientAddress.equals(chosen.clientAddress))
            .collect(Collectors.toMap(led -> led.replica.shard(), led -> led.replica.term()));
    return new Victim(chosen.clientAddress, chosen.replica.shard(), terms);
  }

  private record Led(String clientAddress, ClusterStatus.Replica replica) {}
}
