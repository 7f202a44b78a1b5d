package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.server.RaftServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A leader is cut off, the others elect another one and acknowledge a write: what does the old one
/// answer while it still takes itself for the leader?
///
/// How long that is depends on chance, so each test goes on until it has seen it.
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StaleReadTest {
  private static final int ROUNDS_MAX = 20;

  /// The old leader steps down after the longer time at the earliest, and the others mostly elect
  /// another one much sooner.
  private static final RaftTiming WIDE =
      new RaftTiming(Duration.ofMillis(300), Duration.ofSeconds(4));

  @TempDir Path directory;

  @Test
  void ratisServesStaleReadsAsLinearizable() throws Exception {
    int staleReads = 0;
    try (var ratis = new PlainRatis(directory, 3, WIDE)) {
      for (int round = 0; round < ROUNDS_MAX && staleReads == 0; round++) {
        staleReads = staleReadsOfRatis(ratis, "round " + round);
      }
    }

    assertThat(staleReads).isPositive();
  }

  private static int staleReadsOfRatis(PlainRatis ratis, String value) throws Exception {
    RaftServer old = ratis.awaitLeaderAmong(ratis.servers());
    if (!isSuccess(ratis.write(old, value + " old")) || !isSuccess(ratis.read(old))) {
      return 0;
    }
    var others = ratis.servers().stream().filter(server -> !server.equals(old)).toList();
    others.forEach(other -> Partitions.cut(id(old), id(other)));
    try {
      RaftServer next = ratis.awaitLeaderAmong(others);
      if (!isSuccess(ratis.write(next, value + " new"))) {
        return 0;
      }
      int stale = 0;
      while (ratis.leads(old) && stale < 10) {
        var reply = ratis.read(old).get(1, TimeUnit.MINUTES);
        if (reply.isSuccess()
            && reply.getMessage().getContent().toStringUtf8().equals(value + " old")) {
          stale++;
        }
      }
      return stale;
    } catch (ExecutionException | TimeoutException e) {
      return 0;
    } finally {
      others.forEach(other -> Partitions.heal(id(old), id(other)));
    }
  }

  private static boolean isSuccess(CompletableFuture<RaftClientReply> reply) throws Exception {
    try {
      return reply.get(1, TimeUnit.MINUTES).isSuccess();
    } catch (ExecutionException e) {
      return false;
    }
  }

  private static NodeId id(RaftServer server) {
    return new NodeId(UUID.fromString(server.getId().toString()));
  }

  @Test
  void ourBarrierServesNoStaleReads() throws Exception {
    requireNoStaleReads(GroupCluster::isolate);
  }

  /// The others answer which term they are in, and that is what deposes it.
  @Test
  void ourBarrierServesNoStaleReadsWhereOnlyConsensusIsCut() throws Exception {
    requireNoStaleReads(GroupCluster::isolateConsensus);
  }

  private void requireNoStaleReads(BiConsumer<GroupCluster, GroupCluster.Node> isolate)
      throws Exception {
    int readsWhileDeposed = 0;
    try (var cluster = new GroupCluster(directory, 3, WIDE).start()) {
      for (int round = 0; round < ROUNDS_MAX && readsWhileDeposed == 0; round++) {
        readsWhileDeposed = readsWhileDeposed(cluster, isolate, "round-" + round);
      }
    }

    assertThat(readsWhileDeposed).isPositive();
  }

  /// @return how many reads a leader that was replaced answered with a refusal; fails if it
  ///   answered one with an old value
  private static int readsWhileDeposed(
      GroupCluster cluster, BiConsumer<GroupCluster, GroupCluster.Node> isolate, String name)
      throws Exception {
    var old = cluster.awaitLeader();
    if (!succeeds(GroupCluster.propose(old, name)) || !succeeds(old.read(name))) {
      return 0;
    }
    isolate.accept(cluster, old);
    try {
      var next = cluster.awaitLeaderOtherThan(old);
      if (!succeeds(GroupCluster.propose(next, name))) {
        return 0;
      }
      int refused = 0;
      while (old.replica().leads() && refused < 50) {
        var read = old.read(name);
        if (succeeds(read)) {
          assertThat(read.get()).isEqualTo(2);
        } else {
          refused++;
        }
      }
      return refused;
    } finally {
      cluster.rejoin(old);
    }
  }

  private static boolean succeeds(CompletableFuture<?> future) throws Exception {
    try {
      var _ = future.get(1, TimeUnit.MINUTES);
      return true;
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(ShardException.class);
      return false;
    }
  }
}
