package io.quiverdb.raft.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.PeerOfTerms;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LeaderIndexesTest {
  private static final GroupKey A = new ShardGroup(0);
  private static final GroupKey B = new ShardGroup(1);

  private final NodeId leader = new NodeId(new UUID(0, 1));
  private final NodeId other = new NodeId(new UUID(0, 2));
  private final List<Request> requests = new ArrayList<>();
  private final MetricRegistry metrics = new MetricRegistry();
  private final LeaderIndexes indexes =
      new LeaderIndexes(this::recording, Duration.ofMinutes(5), metrics);

  private record Request(
      NodeId node, Set<GroupKey> groups, CompletableFuture<Map<GroupKey, ReadIndex>> answer) {}

  private PeerOfTerms recording(NodeId node) {
    return new PeerOfTerms(
        _ -> {
          throw new AssertionError("asked for terms");
        },
        groups -> {
          var request = new Request(node, Set.copyOf(groups), new CompletableFuture<>());
          requests.add(request);
          return request.answer();
        });
  }

  @Test
  void readsThatComeWhileOneIsAskedForShareTheNextRequest() {
    var first = indexes.readIndex(leader, A);
    var second = indexes.readIndex(leader, A);
    var third = indexes.readIndex(leader, A);
    var ofAnotherGroup = indexes.readIndex(leader, B);
    assertThat(requests).singleElement().extracting(Request::groups).isEqualTo(Set.of(A));

    requests.getLast().answer().complete(Map.of(A, new ReadIndex.At(7)));

    assertThat(first).isCompletedWithValue(7L);
    // Its answer is older than they are.
    assertThat(List.of(second, third, ofAnotherGroup))
        .allSatisfy(read -> assertThat(read).isNotDone());
    assertThat(requests).hasSize(2);
    assertThat(requests.getLast().groups()).isEqualTo(Set.of(A, B));

    requests.getLast().answer().complete(Map.of(A, new ReadIndex.At(8), B, new ReadIndex.At(3)));

    assertThat(second).isCompletedWithValue(8L);
    assertThat(third).isCompletedWithValue(8L);
    assertThat(ofAnotherGroup).isCompletedWithValue(3L);
    assertThat(metrics.histogram("quiver.raft.barrier.asked.reads").getSnapshot().getMax())
        .isEqualTo(3);
  }

  @Test
  void nodesAreAskedEachOnTheirOwn() {
    var one = indexes.readIndex(leader, A);
    var two = indexes.readIndex(other, B);

    assertThat(requests).extracting(Request::node).containsExactly(leader, other);
    requests.getLast().answer().complete(Map.of(B, new ReadIndex.At(1)));

    assertThat(one).isNotDone();
    assertThat(two).isCompletedWithValue(1L);
  }

  @Test
  void refusalOfOneGroupIsNotThatOfAnother() {
    var first = indexes.readIndex(leader, A);
    var refused = indexes.readIndex(leader, A);
    var untold = indexes.readIndex(leader, new ShardGroup(2));
    var told = indexes.readIndex(leader, B);
    requests.getLast().answer().complete(Map.of(A, new ReadIndex.At(1)));
    assertThat(first).isCompleted();

    requests
        .getLast()
        .answer()
        .complete(
            Map.of(
                A,
                new ReadIndex.Refused(
                    new ShardException.NotLeader(A.toString(), Optional.of(other))),
                B,
                new ReadIndex.At(2)));

    assertThatThrownBy(refused::join).hasCauseInstanceOf(ShardException.NotLeader.class);
    assertThatThrownBy(untold::join).hasCauseInstanceOf(ShardException.Unavailable.class);
    assertThat(told).isCompletedWithValue(2L);
  }

  @Test
  void nodeThatFailsFailsItsReadsAndIsAskedAgainForTheNext() {
    var failed = indexes.readIndex(leader, A);
    var next = indexes.readIndex(leader, A);

    requests.getLast().answer().completeExceptionally(new ShardException.Unavailable("cut"));

    assertThatThrownBy(failed::join)
        .hasCauseInstanceOf(ShardException.Unavailable.class)
        .hasMessageContaining("cut");
    requests.getLast().answer().complete(Map.of(A, new ReadIndex.At(4)));
    assertThat(next).isCompletedWithValue(4L);
  }

  @Test
  void nodeThatDoesNotAnswerIsOutOfReach() {
    var impatient = new LeaderIndexes(this::recording, Duration.ofMillis(1), new MetricRegistry());

    var read = impatient.readIndex(leader, A);

    assertThatThrownBy(read::join).hasCauseInstanceOf(ShardException.Unavailable.class);
  }

  @Test
  void nodeThatIsNotKnownIsUnavailable() {
    var unknown =
        new LeaderIndexes(
            node -> {
              throw new ShardException.Unavailable(node + ": not known");
            },
            Duration.ofMinutes(5),
            new MetricRegistry());

    assertThatThrownBy(unknown.readIndex(leader, A)::join)
        .hasCauseInstanceOf(ShardException.Unavailable.class);
  }
}
