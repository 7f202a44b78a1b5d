package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.server.RaftServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A leader for which time goes by ten times too slowly is cut off, and the others elect another
/// one: what does the old one answer? To the others it is a node whose timeouts are ten times as
/// long as theirs, and that is how it is made here.
///
/// Nothing is read before it is cut off, or Ratis would answer from what it found out for an
/// earlier read ([StaleReadTest]), lease or no lease.
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SlowLeaderTest {
  private static final int ROUNDS_MAX = 20;
  private static final int ROUNDS_WITHOUT = 1;
  private static final RaftTiming TRUE =
      new RaftTiming(Duration.ofMillis(300), Duration.ofMillis(600));
  private static final RaftTiming SLOW =
      new RaftTiming(Duration.ofSeconds(3), Duration.ofSeconds(6));
  private static final List<RaftTiming> TIMINGS = List.of(SLOW, TRUE, TRUE);

  /// Longer than the old leader takes to find out that it is alone.
  private static final Duration READ_LIMIT = Duration.ofSeconds(30);

  @TempDir Path directory;

  /// The others may take longer to elect another leader than the lease lasts: so until it is seen.
  @Test
  void leaseOfRatisServesStaleReads() throws Exception {
    boolean isSeen = false;
    try (var ratis = new PlainRatis(directory, TIMINGS, true)) {
      for (int round = 0; round < ROUNDS_MAX && !isSeen; round++) {
        isSeen = staleReads(ratis, "round " + round) > 0;
      }
    }

    assertThat(isSeen).isTrue();
  }

  @Test
  void ratisWithoutItsLeaseDoesNot() throws Exception {
    int asked = 0;
    try (var ratis = new PlainRatis(directory, TIMINGS, false)) {
      for (int round = 0; round < ROUNDS_MAX && asked < ROUNDS_WITHOUT; round++) {
        int stale = staleReads(ratis, "round " + round);
        assertThat(stale).isNotPositive();
        asked += stale == 0 ? 1 : 0;
      }
    }

    assertThat(asked).isEqualTo(ROUNDS_WITHOUT);
  }

  /// @return below 0 if the old leader was not asked
  private static int staleReads(PlainRatis ratis, String value) throws Exception {
    RaftServer old = ratis.servers().getFirst();
    RaftServer leader = ratis.awaitLeaderAmong(ratis.servers());
    if (!leader.equals(old) && !succeeds(ratis.transfer(leader, old))) {
      return -1;
    }
    if (!ratis.leads(old) || !succeeds(ratis.write(old, value + " old"))) {
      return -1;
    }
    var others = ratis.servers().subList(1, ratis.servers().size());
    others.forEach(other -> Partitions.cut(id(old), id(other)));
    try {
      RaftServer next = ratis.awaitLeaderAmong(others);
      if (!succeeds(ratis.write(next, value + " new")) || !ratis.leads(old)) {
        return -1;
      }
      return isStale(ratis.read(old), value + " old") ? 1 : 0;
    } finally {
      others.forEach(other -> Partitions.heal(id(old), id(other)));
    }
  }

  private static boolean isStale(CompletableFuture<RaftClientReply> read, String old)
      throws InterruptedException {
    try {
      var reply = read.get(READ_LIMIT.toSeconds(), TimeUnit.SECONDS);
      return reply.isSuccess() && reply.getMessage().getContent().toStringUtf8().equals(old);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private static boolean succeeds(CompletableFuture<RaftClientReply> reply)
      throws InterruptedException {
    try {
      return reply.get(1, TimeUnit.MINUTES).isSuccess();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private static NodeId id(RaftServer server) {
    return new NodeId(UUID.fromString(server.getId().toString()));
  }

  @Test
  void ourBarrierServesNone() throws Exception {
    int asked = 0;
    try (var cluster = new GroupCluster(directory, TIMINGS, System::nanoTime).start()) {
      for (int round = 0; round < ROUNDS_MAX && asked == 0; round++) {
        asked = readsOfDeposedLeader(cluster, "round-" + round);
      }
    }

    assertThat(asked).isPositive();
  }

  /// @return how many reads it refused; fails if it answered one with an old value
  private static int readsOfDeposedLeader(GroupCluster cluster, String name) throws Exception {
    var old = cluster.nodes().getFirst();
    var leader = cluster.awaitLeader();
    if (!leader.equals(old)
        && !settles(leader.replica().transferLeader(old.id, Duration.ofMinutes(1)))) {
      return 0;
    }
    if (!old.leads() || !settles(GroupCluster.propose(old, name))) {
      return 0;
    }
    cluster.isolate(old);
    try {
      var next = cluster.awaitLeaderOtherThan(old);
      if (!settles(GroupCluster.propose(next, name))) {
        return 0;
      }
      int refused = 0;
      while (old.replica().leads() && refused < 50) {
        var read = old.read(name);
        if (settles(read)) {
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

  private static boolean settles(CompletableFuture<?> future) throws Exception {
    try {
      var _ = future.get(1, TimeUnit.MINUTES);
      return true;
    } catch (ExecutionException e) {
      return false;
    }
  }
}
