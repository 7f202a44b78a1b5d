package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.GroupMembers;
import io.quiverdb.raft.GroupReplica;
import io.quiverdb.raft.Incarnation;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.QuarantineCause;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.proto.BeginMove;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Moves beside a group that does not hold what the catalogue holds.
final class MovesTest {
  private static final Member FIRST = member(1);
  private static final Member SECOND = member(2);
  private static final Member THIRD = member(3);
  private static final ShardGroup SHARD = new ShardGroup(0);
  private static final CatalogOrder ORDER = new CatalogOrder(1, 9);
  private static final UUID INCARNATION = new UUID(7, 7);
  private static final long INCARNATION_MOVE = 3;
  private static final long COMMITTED = 40;

  private final Set<NodeId> groupMembers = new HashSet<>(Set.of(FIRST.id()));
  private final Set<NodeId> coming = new HashSet<>();
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private Membership latest = membership();

  /// Of its read barrier.
  private CompletableFuture<Long> catalogIndex = CompletableFuture.completedFuture(9L);

  private Optional<QuarantineCause> quarantine = Optional.empty();
  private Set<GroupKey> lostVotes = Set.of();

  /// Whether a majority of the shard's group does.
  private boolean answers = true;

  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void replicaThatBelongsNowhereIsRemoved() {
    sweep();

    assertThat(commands).containsExactly("removeReplica " + SECOND.id());
  }

  @Test
  void memberOfTheGroupThatTheCatalogueDoesNotHaveIsMadeNoneBeforeItsFilesAreDeleted() {
    groupMembers.add(SECOND.id());

    sweep();

    assertThat(commands)
        .containsExactly(
            "changeMembers " + List.of(List.of(FIRST.id(), SECOND.id()), List.of(FIRST.id())));
  }

  @Test
  void membersAreLeftAloneByALeaderThatWasDeposed() {
    groupMembers.add(SECOND.id());
    catalogIndex =
        CompletableFuture.failedFuture(new ShardException.Unavailable("no majority confirms it"));

    sweep();

    assertThat(commands).isEmpty();
  }

  @Test
  void membersAreLeftAloneWhereAMoveWasBegunMeanwhile() {
    groupMembers.add(SECOND.id());
    latest = moving();

    sweep();

    assertThat(commands).isEmpty();
  }

  @Test
  void moveToANodeThatIsRemovedMeanwhileIsAbandoned() {
    moves().pursue(goals(), unwanted(), 9, ORDER);

    assertThat(commands).containsExactly("END_MOVE abandoned");
  }

  /// Else the cluster would forget the node, and the group would have it as a member after that.
  @Test
  void moveToANodeThatIsJustBecomingAMemberIsNotAbandoned() {
    coming.add(SECOND.id());

    moves().pursue(goals(), unwanted(), 9, ORDER);
    assertThat(commands).isEmpty();

    coming.clear();
    moves().pursue(goals(), unwanted(), 9, ORDER);
    assertThat(commands).containsExactly("END_MOVE abandoned");
  }

  @Test
  void replicaThatIsJustBecomingAMemberIsNotRemoved() {
    coming.add(SECOND.id());

    sweep();

    assertThat(commands).isEmpty();
  }

  @Test
  void moveToANodeThatIsRemovedMeanwhileGoesOnIfItIsAMemberAlready() {
    groupMembers.add(SECOND.id());

    moves().pursue(goals(), unwanted(), 9, ORDER);

    assertThat(commands)
        .containsExactly("changeMembers " + List.of(List.of(FIRST.id(), SECOND.id())));
  }

  @Test
  void moveToANodeWhoseVoteIsLostIsGivenUp() {
    var moves = knowing(Set.of(SHARD));

    moves.pursue(goals(), moving(), 9, ORDER);

    assertThat(commands).containsExactly("END_MOVE abandoned");
  }

  @Test
  void groupGoesBackToItsMembersBeforeIfTheVoteOfTheNewOneIsLost() {
    groupMembers.add(SECOND.id());
    var moves = knowing(Set.of(SHARD));

    moves.pursue(goals(), moving(), 9, ORDER);

    assertThat(commands)
        .containsExactly(
            "changeMembers " + List.of(List.of(FIRST.id(), SECOND.id()), List.of(FIRST.id())));
  }

  @Test
  void noMoveIsBegunBeforeTheNodesWereAsked() {
    var goals = goals();
    var moves = moves();

    moves.pursue(goals, lackingAMember(), 9, ORDER);
    assertThat(commands).isEmpty();

    goals.nodesWereAsked();
    moves.pursue(goals, lackingAMember(), 9, ORDER);
    assertThat(commands).containsExactly("BEGIN_MOVE adding=true removing=");
  }

  @Test
  void noMoveIsBegunToANodeWhoseVoteIsLost() {
    var goals = goals();
    goals.nodesWereAsked();

    knowing(Set.of(SHARD)).pursue(goals, lackingAMember(), 9, ORDER);

    assertThat(commands).isEmpty();
  }

  @Test
  void whatANodeHasLostIsNewsOnce() {
    var moves = knowing(Set.of(SHARD));

    assertThat(moves.learn(status(SECOND.id()))).isFalse();
    lostVotes = Set.of();
    assertThat(moves.learn(status(SECOND.id()))).isFalse();
    moves.pursue(goals(), moving(), 9, ORDER);
    assertThat(commands).containsExactly("END_MOVE abandoned");
  }

  private static Membership lackingAMember() {
    return membership().withReplicationFactor(2);
  }

  /// Moves that were told so by the second node.
  private Moves knowing(Set<GroupKey> lost) {
    lostVotes = lost;
    var moves = moves();
    assertThat(moves.learn(status(SECOND.id()))).isTrue();
    return moves;
  }

  @Test
  void emptyReplicaIsOpenedForAMoveThatAddsIt() {
    moves().pursue(goals(), moving(), 9, ORDER);

    assertThat(commands).contains("openReplica " + SECOND.id() + " floor " + COMMITTED);
  }

  @Test
  void memberOfTheGroupIsNotMadeAnew() {
    groupMembers.add(SECOND.id());

    moves().pursue(goals(), moving(), 9, ORDER);

    assertThat(commands).noneMatch(command -> command.startsWith("openReplica"));
  }

  @Test
  void moveGoesOnFromTheMembersThatAGroupHasIfAChangeOfAnEarlierMoveCameLate() {
    groupMembers.addAll(List.of(SECOND.id(), THIRD.id()));
    latest = moving();
    var goals = goals();

    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              moves().pursue(goals, moving(), 9, ORDER);
              assertThat(commands)
                  .containsExactly(
                      "changeMembers "
                          + List.of(
                              List.of(THIRD.id(), FIRST.id(), SECOND.id()),
                              List.of(FIRST.id(), SECOND.id())));
            });
  }

  private void sweep() {
    sweep(membership());
  }

  private void sweep(Membership now) {
    moves()
        .sweep(
            now,
            now.nodes().stream()
                .map(node -> CompletableFuture.completedFuture(status(node.id())))
                .toList(),
            ORDER);
  }

  @Test
  void quarantinedMemberIsTakenOutOfItsGroup() {
    groupMembers.add(SECOND.id());
    quarantine = Optional.of(QuarantineCause.LOG);

    sweep(bothMembers());

    assertThat(commands).containsExactly("BEGIN_MOVE adding=false removing=second");
  }

  @Test
  void quarantinedMemberStaysWhereNoMajorityAnswersWithoutIt() {
    groupMembers.add(SECOND.id());
    quarantine = Optional.of(QuarantineCause.LOG);
    answers = false;

    sweep(bothMembers());

    assertThat(commands).isEmpty();
  }

  @Test
  void memberWhoseVoteIsLostStays() {
    groupMembers.add(SECOND.id());
    quarantine = Optional.of(QuarantineCause.VOTE);

    sweep(bothMembers());

    assertThat(commands).isEmpty();
  }

  @Test
  void onlyMemberStaysThoughItIsQuarantined() {
    groupMembers.clear();
    groupMembers.add(SECOND.id());
    quarantine = Optional.of(QuarantineCause.LOG);
    var move = new Placement.Move(Optional.of(SECOND.id()), Optional.of(FIRST.id()), 5);

    sweep(membership().begin(SHARD, move, 0).end(SHARD, 5));

    assertThat(commands).isEmpty();
  }

  @Test
  void moveIsAbandonedWhoseNewReplicaIsQuarantinedBeforeItIsAMember() {
    quarantine = Optional.of(QuarantineCause.WATERMARKS);
    var move = new Placement.Move(Optional.of(SECOND.id()), Optional.empty(), INCARNATION_MOVE);

    sweep(membership().begin(SHARD, move, 0));

    assertThat(commands).containsExactly("END_MOVE abandoned");
  }

  @Test
  void groupGoesBackToItsMembersBeforeIfTheNewOneIsQuarantined() {
    groupMembers.add(SECOND.id());
    quarantine = Optional.of(QuarantineCause.LOG);
    var move =
        new Placement.Move(Optional.of(SECOND.id()), Optional.of(FIRST.id()), INCARNATION_MOVE);

    sweep(membership().begin(SHARD, move, 0));

    assertThat(commands)
        .containsExactly(
            "changeMembers " + List.of(List.of(FIRST.id(), SECOND.id()), List.of(FIRST.id())));
  }

  private static Membership bothMembers() {
    return moving().end(SHARD, 5);
  }

  private Goals goals() {
    return new Goals(
        scheduler,
        new Reconciler.Pace(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1)),
        () -> {});
  }

  /// One shard, on the first of two nodes.
  private static Membership membership() {
    var claim = new Claim(new UUID(1, 1), List.of(FIRST), 1, 1, 1 << 20, Optional.empty());
    return Membership.of(claim).withNode(SECOND, 1).rebalanced(1);
  }

  private static Membership moving() {
    var move = new Placement.Move(Optional.of(SECOND.id()), Optional.empty(), 5);
    return membership().begin(SHARD, move, 0);
  }

  private static Membership unwanted() {
    return moving().withState(SECOND.id(), ClusterNode.State.REMOVING);
  }

  private Moves moves() {
    var catalog =
        (GroupReplica)
            Proxy.newProxyInstance(
                MovesTest.class.getClassLoader(),
                new Class<?>[] {GroupReplica.class},
                (_, method, _) ->
                    switch (method.getName()) {
                      case "leader" -> Optional.of(FIRST.id());
                      case "readIndex" -> catalogIndex;
                      case "awaitApplied" -> CompletableFuture.completedFuture(null);
                      default -> throw new AssertionError(method);
                    });
    return new Moves(
        catalog,
        this::peer,
        _ -> Optional.of(FIRST.id()),
        proposed -> {
          commands.add(
              proposed.getKindCase()
                  + (proposed.getEndMove().getAbandoned() ? " abandoned" : "")
                  + (proposed.hasBeginMove() ? begun(proposed.getBeginMove()) : ""));
          return new CompletableFuture<>();
        },
        () -> Optional.of(latest));
  }

  private Peer peer(NodeId id) {
    return (Peer)
        Proxy.newProxyInstance(
            MovesTest.class.getClassLoader(),
            new Class<?>[] {Peer.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "members" ->
                      !answers
                          ? CompletableFuture.failedFuture(
                              new ShardException.Unavailable("no majority"))
                          : CompletableFuture.completedFuture(
                              new GroupMembers(
                                  arguments[0].equals(SHARD) ? groupMembers : Set.of(FIRST.id()),
                                  arguments[0].equals(SHARD) ? coming : Set.of(),
                                  COMMITTED));
                  case "changeMembers" -> {
                    commands.add("changeMembers " + arguments[1]);
                    yield new CompletableFuture<>();
                  }
                  case "openReplica" -> {
                    commands.add("openReplica " + id + " floor " + arguments[3]);
                    yield new CompletableFuture<>();
                  }
                  default -> {
                    commands.add(method.getName() + " " + id);
                    yield new CompletableFuture<>();
                  }
                });
  }

  private static String begun(BeginMove move) {
    boolean isSecond =
        move.getRemoved().equals(MembershipMessages.toBytes(Optional.of(SECOND.id())));
    return " adding=%b removing=%s"
        .formatted(
            !move.getAdded().isEmpty(), isSecond ? "second" : move.getRemoved().toStringUtf8());
  }

  private NodeStatus status(NodeId id) {
    var replicas = id.equals(SECOND.id()) ? List.of(replica(SHARD)) : List.<ReplicaStatus>of();
    return new NodeStatus(
        member(id.equals(SECOND.id()) ? 2 : 1),
        "1",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        replicas,
        id.equals(SECOND.id()) ? lostVotes : Set.of());
  }

  private ReplicaStatus replica(GroupKey group) {
    return new ReplicaStatus(
        group,
        new Incarnation(INCARNATION, INCARNATION_MOVE),
        ReplicaStatus.Role.FOLLOWER,
        1,
        Optional.empty(),
        0,
        0,
        -1,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        quarantine);
  }

  private static Member member(int number) {
    return new Member(
        new NodeId(new UUID(0, number)),
        new NodeAddresses("c:" + number, "p:" + number, "r:" + number));
  }
}
