package io.quiverdb.raft.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.PeerOfTerms;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BarrierTest {
  private final NodeId self = new NodeId(new UUID(0, 1));
  private final NodeId b = new NodeId(new UUID(0, 2));
  private final NodeId c = new NodeId(new UUID(0, 3));
  private final FakeGroup shard = new FakeGroup(new ShardGroup(0));
  private final FakeGroup catalog = new FakeGroup(new CatalogGroup());
  private final Map<NodeId, List<Request>> requests = new HashMap<>();
  private final Barrier barrier =
      new Barrier(
          self,
          node -> new PeerOfTerms(asked -> record(node, asked)),
          Duration.ofMinutes(5),
          new MetricRegistry());

  private record Request(
      Map<GroupKey, Long> asked, CompletableFuture<Map<GroupKey, Long>> answer) {}

  private CompletableFuture<Map<GroupKey, Long>> record(NodeId node, Map<GroupKey, Long> asked) {
    var request = new Request(Map.copyOf(asked), new CompletableFuture<>());
    requests.computeIfAbsent(node, _ -> new ArrayList<>()).add(request);
    return request.answer();
  }

  private List<Request> requestsTo(NodeId node) {
    return requests.getOrDefault(node, List.of());
  }

  private Request last(NodeId node) {
    return requestsTo(node).getLast();
  }

  @Test
  void termIsReadBeforeLeadershipAndLeadershipBeforeTheIndex() {
    var _ = barrier.readIndex(shard);

    assertThat(shard.calls.subList(0, 3)).containsExactly("term", "ready", "committed");
  }

  @Test
  void leaderDeposedWhileTheReadBeginsIsNotConfirmed() {
    // The role is still the old one when it is asked for; then the term rises, as Ratis does it.
    shard.onReady = () -> shard.term++;

    var read = barrier.readIndex(shard);
    last(b).answer().complete(Map.of(shard.key(), shard.term));
    last(c).answer().complete(Map.of(shard.key(), shard.term));

    assertUnavailable(read);
  }

  @Test
  void majorityThatIncludesTheLeaderConfirms() {
    shard.committed = 42;

    var read = barrier.readIndex(shard);
    assertThat(read).isNotDone();
    last(c).answer().complete(Map.of(shard.key(), shard.term));

    assertThat(read).isCompletedWithValue(42L);
  }

  @Test
  void indexIsThatOfTheMomentWhenTheReadArrived() {
    shard.committed = 42;
    var read = barrier.readIndex(shard);
    shard.committed = 43;

    last(b).answer().complete(Map.of(shard.key(), shard.term));

    assertThat(read).isCompletedWithValue(42L);
  }

  @Test
  void onlyMemberConfirmsItself() {
    shard.voters = List.of(Set.of(self));

    assertThat(barrier.readIndex(shard)).isCompletedWithValue(shard.committed);
    assertThat(requests).isEmpty();
  }

  @Test
  void bothMajoritiesConfirmWhileMembersChange() {
    var d = new NodeId(new UUID(0, 4));
    shard.voters = List.of(Set.of(self, b, c), Set.of(self, b, d));

    var read = barrier.readIndex(shard);
    last(c).answer().complete(Map.of(shard.key(), shard.term));
    assertThat(read).isNotDone();
    last(d).answer().complete(Map.of(shard.key(), shard.term));

    assertThat(read).isCompletedWithValue(shard.committed);
  }

  @Test
  void readsThatWaitForANodeShareItsNextRequest() {
    var first = barrier.readIndex(shard);
    List<CompletableFuture<Long>> more = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      more.add(barrier.readIndex(i % 2 == 0 ? shard : catalog));
    }
    assertThat(requestsTo(b)).hasSize(1);

    last(b).answer().complete(Map.of(shard.key(), shard.term));

    assertThat(first).isCompleted();
    assertThat(more).noneMatch(CompletableFuture::isDone);
    assertThat(requestsTo(b)).hasSize(2);
    assertThat(last(b).asked())
        .isEqualTo(Map.of(shard.key(), shard.term, catalog.key(), catalog.term));
    last(b).answer().complete(last(b).asked());
    assertThat(more).allMatch(CompletableFuture::isDone);
  }

  /// An answer to a request that left before the read arrived says nothing about the time after.
  @Test
  void readIsNotConfirmedByAnEarlierRequest() {
    var _ = barrier.readIndex(shard);
    var early = last(b);
    var read = barrier.readIndex(shard);

    early.answer().complete(Map.of(shard.key(), shard.term));

    assertThat(read).isNotDone();
  }

  @Test
  void earlierTermConfirmsNothing() {
    var read = barrier.readIndex(shard);

    last(b).answer().complete(Map.of(shard.key(), 0L));
    last(c).answer().complete(Map.of(shard.key(), shard.term - 1));

    assertUnavailable(read);
  }

  @Test
  void nodeWithoutTheGroupConfirmsNothing() {
    var read = barrier.readIndex(shard);

    last(b).answer().complete(Map.of());
    assertThat(read).isNotDone();
    last(c).answer().complete(Map.of(shard.key(), shard.term));

    assertThat(read).isCompleted();
  }

  @Test
  void readsFailAndLeaveNothingBehindWhenNoMajorityCanConfirm() {
    var read = barrier.readIndex(shard);

    last(b).answer().completeExceptionally(new ShardException.Unavailable("gone"));
    last(c).answer().completeExceptionally(new ShardException.Unavailable("gone"));

    assertUnavailable(read);
    assertThat(barrier.waiting()).isZero();
  }

  @Test
  void readsFailWhenLeadershipIsLost() {
    var read = barrier.readIndex(shard);
    var other = barrier.readIndex(catalog);

    barrier.leaderLost(shard.key());

    assertUnavailable(read);
    assertThat(other).isNotDone();
  }

  @Test
  void confirmedReadsWaitForNoSilentNode() {
    for (int i = 0; i < 100; i++) {
      var read = barrier.readIndex(shard);
      last(b).answer().complete(Map.of(shard.key(), shard.term));
      assertThat(read).isCompleted();
    }

    // Those that the silent node was asked for in its one open request.
    assertThat(barrier.waiting()).isEqualTo(1);
  }

  @Test
  void followerRefusesAndNamesTheLeader() {
    shard.ready = false;
    shard.leader = Optional.of(b);

    assertThatThrownBy(() -> barrier.readIndex(shard).join())
        .cause()
        .isInstanceOfSatisfying(
            ShardException.NotLeader.class, e -> assertThat(e.leader()).contains(b));
  }

  private static void assertUnavailable(CompletableFuture<Long> read) {
    assertThat(read).isCompletedExceptionally();
    assertThatThrownBy(read::join).hasCauseInstanceOf(ShardException.Unavailable.class);
  }

  private final class FakeGroup implements LedGroup {
    private final GroupKey key;
    private final List<String> calls = new ArrayList<>();
    private long term = 5;
    private long committed = 7;
    private boolean ready = true;
    private Runnable onReady = () -> {};
    private Optional<NodeId> leader = Optional.of(self);
    private List<Set<NodeId>> voters = List.of(Set.of(self, b, c));

    FakeGroup(GroupKey key) {
      this.key = key;
    }

    @Override
    public GroupKey key() {
      return key;
    }

    @Override
    public long currentTerm() {
      calls.add("term");
      return term;
    }

    @Override
    public boolean leaderReady() {
      calls.add("ready");
      onReady.run();
      return ready;
    }

    @Override
    public Optional<NodeId> leader() {
      return leader;
    }

    @Override
    public long committedIndex() {
      calls.add("committed");
      return committed;
    }

    @Override
    public List<Set<NodeId>> voters() {
      return voters;
    }
  }
}
