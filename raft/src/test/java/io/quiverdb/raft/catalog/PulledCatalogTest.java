package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.RequestId;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.SilentPeer;
import io.quiverdb.raft.TestKeyRing;
import io.quiverdb.raft.catalog.Placement.Move;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The copy of a node that replicated the catalogue, with two others, and does no more.
final class PulledCatalogTest {
  private static final long TERM = 2;
  private static final NodeId SELF = node(1);
  private static final CatalogWrite WRITE =
      new CatalogWrite.DropCollection(new RequestId(new UUID(0, 100)), "a");

  private final CatalogReplica replica =
      new CatalogReplica(new SimulatedStorage(), keys(), CatalogLevels.CURRENT);

  /// Those that can be reached, besides itself.
  private Map<NodeId, Peer> peers = Map.of();

  private final PulledCatalog pulled =
      new PulledCatalog(SELF, new SimulatedStorage(), keys(), CatalogLevels.CURRENT, this::peer);

  @BeforeEach
  void keepsWhatItHadWhenTheMoveBegan() {
    var members = IntStream.rangeClosed(1, 3).mapToObj(PulledCatalogTest::member).toList();
    apply(CatalogOps.form(new Claim(new UUID(1, 1), members, 1, 3, 4 << 20, Optional.empty()), 1));
    assertThat(voters(replica.view().orElseThrow())).containsExactly(node(1), node(2), node(3));
    add(4);
    add(5);
    move(1, 4);
    pulled.keep(replica);
  }

  @Test
  void catchesUpThoughItsCopyNamesItselfFirstOfTheVoters() {
    endMove();
    peers = Map.of(node(2), voter(), node(3), voter(), node(4), voter(), node(5), stranger());

    pulled.refresh();

    assertThat(voters(pulled.view())).containsExactly(node(2), node(3), node(4));
  }

  /// Nor have the voters that it names anything newer: they vote no more either.
  @Test
  void catchesUpByOneThatItDoesNotTakeForAVoter() {
    endMove();
    peers = Map.of(node(2), stranger(), node(3), stranger(), node(4), voter(), node(5), voter());

    for (int time = 0; time < PulledCatalog.VAIN_REFRESHES_PER_STRANGER; time++) {
      pulled.refresh();
    }

    assertThat(voters(pulled.view())).containsExactly(node(2), node(3), node(4));
  }

  @Test
  void votersAreAskedThoughAStrangerDoesNotAnswer() {
    var silent = new CompletableFuture<Optional<ByteBuffer>>();
    peers = Map.of(node(2), voter(), node(4), copying(silent), node(5), copying(silent));
    for (int time = 0; time < PulledCatalog.VAIN_REFRESHES_PER_STRANGER; time++) {
      pulled.refresh();
    }
    assertThat(silent.getNumberOfDependents()).isEqualTo(1);
    endMove();

    pulled.refresh();

    assertThat(voters(pulled.view())).containsExactly(node(2), node(3), node(4));
  }

  @Test
  void writeGoesToALeaderThatVotersNameThoughItsCopyDoesNot() {
    peers = Map.of(node(2), follower(node(4)), node(3), follower(node(4)), node(4), leader());

    assertThat(pulled.write(WRITE)).isCompletedWithValue(new CatalogWritten.Dropped());
  }

  @Test
  void writeFailsAsTheLastVoterRefusedIfEachNamesOneThatDoesNotLead() {
    peers = Map.of(node(2), follower(node(3)), node(3), follower(node(2)));

    assertThatThrownBy(() -> pulled.write(WRITE).join())
        .hasCauseInstanceOf(ShardException.NotLeader.class);
  }

  @Test
  void catchesUpAgainAfterNobodyHasAnswered() {
    endMove();
    peers = Map.of();
    pulled.refresh();
    peers = Map.of(node(4), voter());

    pulled.refresh();

    assertThat(voters(pulled.view())).containsExactly(node(2), node(3), node(4));
  }

  private void add(int number) {
    apply(
        CatalogOps.addNode(
            new CatalogWrite.AddNode(
                new RequestId(new UUID(0, number)),
                member(number),
                CatalogLevels.CURRENT.supported()),
            replica.keys().requestMac()));
  }

  private void move(int from, int to) {
    apply(
        CatalogOps.beginMove(
            new CatalogGroup(),
            new Move(Optional.of(node(to)), Optional.of(node(from)), 0),
            placement(replica.view().orElseThrow()).changedIndex()));
  }

  private void endMove() {
    var move = placement(replica.view().orElseThrow()).move().orElseThrow();
    apply(CatalogOps.endMove(new CatalogGroup(), move.index()));
  }

  private void apply(CatalogOp op) {
    replica.apply(TERM, replica.applied().index() + 1, replica.keys().seal(op));
  }

  private Peer peer(NodeId id) {
    if (id.equals(SELF)) {
      return itself();
    }
    return Optional.ofNullable(peers.get(id))
        .orElseThrow(() -> new ShardException.Unavailable(id + ": out of reach"));
  }

  private Peer itself() {
    return new SilentPeer() {
      @Override
      public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
        return CompletableFuture.completedFuture(pulled.copy(after));
      }

      @Override
      public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
        return CompletableFuture.failedFuture(
            new ShardException.Unavailable("catalogue: not open on this node"));
      }
    };
  }

  /// Who has all that is applied.
  private Peer voter() {
    return new SilentPeer() {
      @Override
      public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
        return CompletableFuture.completedFuture(
            replica.applied().index() > after
                ? Optional.of(keys().sealCopy(replica.state().toCopy()))
                : Optional.empty());
      }
    };
  }

  /// Who has no more than the copy shows.
  private static Peer stranger() {
    return copying(CompletableFuture.completedFuture(Optional.empty()));
  }

  private static Peer copying(CompletableFuture<Optional<ByteBuffer>> copy) {
    return new SilentPeer() {
      @Override
      public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
        return copy;
      }
    };
  }

  private static Peer follower(NodeId leader) {
    return new SilentPeer() {
      @Override
      public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
        return CompletableFuture.failedFuture(
            new ShardException.NotLeader("catalogue", Optional.of(leader)));
      }
    };
  }

  private static Peer leader() {
    return new SilentPeer() {
      @Override
      public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
        return CompletableFuture.completedFuture(new CatalogWritten.Dropped());
      }
    };
  }

  private static Placement placement(CatalogView view) {
    return view.membership().placement(new CatalogGroup());
  }

  private static List<NodeId> voters(CatalogView view) {
    return placement(view).members();
  }

  private static CatalogKeys keys() {
    return new CatalogKeys(() -> TestKeyRing.INSTANCE);
  }

  private static Member member(int number) {
    return new Member(node(number), new NodeAddresses("c" + number, "p" + number, "r" + number));
  }

  private static NodeId node(int number) {
    return new NodeId(new UUID(0, number));
  }
}
