package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupReplica;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.TestKeyRing;
import io.quiverdb.raft.WrappedKeys;
import io.quiverdb.raft.catalog.CatalogWrite.CreateCollection;
import io.quiverdb.raft.catalog.CatalogWrite.DropCollection;
import io.quiverdb.raft.catalog.CatalogWrite.UpdateSettings;
import io.quiverdb.raft.catalog.CollectionInfo.State;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// At a leader whose entries are applied at once; what a reconciler would do is done by hand.
final class ClusterCatalogTest {
  private final CatalogReplica replica =
      new CatalogReplica(
          new SimulatedStorage(),
          new CatalogKeys(() -> TestKeyRing.INSTANCE),
          CatalogLevels.CURRENT);
  private final Group group = new Group();
  private final ClusterCatalog catalog =
      new ClusterCatalog(
          group,
          replica,
          _ -> {
            throw new AssertionError("asked another node");
          },
          Runnable::run);

  @Test
  void nothingIsServedBeforeTheClusterIsFormed() {
    assertThatThrownBy(catalog::view).isInstanceOf(ShardException.Unavailable.class);
    assertThat(catalog.write(create(1, "a")).exceptionNow())
        .isInstanceOf(ShardException.Unavailable.class);
  }

  @Test
  void createIsAnsweredWhenItIsFinished() {
    form();

    var creating = catalog.write(create(1, "a"));
    assertThat(creating).isNotDone();
    finish("a");

    assertThat(creating.resultNow())
        .isEqualTo(new CatalogWritten.Created(catalog.view().collection("a").orElseThrow()));
    assertThat(catalog.view().collection("a").orElseThrow().state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void repeatedCreateWaitsForTheSameEnd() {
    form();

    var first = catalog.write(create(1, "a"));
    var repeated = catalog.write(create(1, "a"));
    assertThat(repeated).isNotDone();
    finish("a");

    assertThat(repeated.resultNow()).isEqualTo(first.resultNow());
    assertThat(catalog.write(create(1, "a")).resultNow()).isEqualTo(first.resultNow());
  }

  @Test
  void dropIsAnsweredWhenTheCollectionIsGone() {
    form();
    var creating = catalog.write(create(1, "a"));

    var dropping = catalog.write(new DropCollection(id(2), "a"));
    assertThat(creating.resultNow()).isInstanceOf(CatalogWritten.Created.class);
    assertThat(dropping).isNotDone();
    finish("a");

    assertThat(dropping.resultNow()).isEqualTo(new CatalogWritten.Dropped());
    assertThat(catalog.view().collections()).isEmpty();
    assertThat(catalog.write(create(1, "a")).resultNow())
        .isInstanceOf(CatalogWritten.Created.class);
    assertThat(catalog.view().collections()).isEmpty();
  }

  @Test
  void updateIsAnsweredWhenEveryShardHasIt() {
    form();
    var field = new FilterableField("year", FilterableField.Type.NUMERIC);
    var _ = catalog.write(create(1, "a"));
    var updating = catalog.write(new UpdateSettings(id(2), "a", adding(field)));
    finish("a");
    assertThat(updating).isNotDone();
    finish("a");

    assertThat(updating.resultNow())
        .isEqualTo(new CatalogWritten.Updated(catalog.view().collection("a").orElseThrow()));
    assertThat(catalog.view().collection("a").orElseThrow().settings().filterableFields())
        .containsExactly(field);
    assertThat(catalog.write(new UpdateSettings(id(3), "b", adding(field))).resultNow())
        .isEqualTo(new CatalogWritten.NotFound());
  }

  private static SettingsChange adding(FilterableField field) {
    return new SettingsChange(List.of(field), List.of(), OptionalInt.empty());
  }

  @Test
  void dropOvertakesAnUpdate() {
    form();
    var field = new FilterableField("year", FilterableField.Type.NUMERIC);
    var _ = catalog.write(create(1, "a"));
    finish("a");
    var updating = catalog.write(new UpdateSettings(id(2), "a", adding(field)));

    var dropping = catalog.write(new DropCollection(id(3), "a"));

    assertThat(updating.resultNow()).isInstanceOf(CatalogWritten.Updated.class);
    assertThat(dropping).isNotDone();
    finish("a");
    assertThat(dropping.resultNow()).isEqualTo(new CatalogWritten.Dropped());
  }

  @Test
  void whoeverComesDuringADropGoesAfterIt() {
    form();
    var _ = catalog.write(create(1, "a"));
    finish("a");
    var _ = catalog.write(new DropCollection(id(2), "a"));

    var droppingToo = catalog.write(new DropCollection(id(3), "a"));
    var creating = catalog.write(create(4, "a"));
    assertThat(droppingToo).isNotDone();
    finish("a");
    // The two are proposed again in either order: if the drop came second, it drops.
    while (!creating.isDone() || !droppingToo.isDone()) {
      finish("a");
    }

    assertThat(creating.resultNow()).isInstanceOf(CatalogWritten.Created.class);
    assertThat(droppingToo.resultNow())
        .isInstanceOfAny(CatalogWritten.NotFound.class, CatalogWritten.Dropped.class);
  }

  @Test
  void refusalsAreAnsweredAtOnce() {
    form();
    var _ = catalog.write(create(1, "a"));

    var existing = catalog.view().collection("a").orElseThrow();
    assertThat(catalog.write(create(2, "a")).resultNow())
        .isEqualTo(
            new CatalogWritten.AlreadyExists(
                new CollectionInfo(
                    existing.id(),
                    existing.name(),
                    existing.descriptor(),
                    existing.settings(),
                    WrappedKeys.NONE,
                    existing.state(),
                    existing.catalogIndex())));
    assertThat(catalog.write(new DropCollection(id(3), "b")).resultNow())
        .isEqualTo(new CatalogWritten.NotFound());
    assertThat(catalog.write(create(1, "b")).resultNow())
        .isEqualTo(new CatalogWritten.RequestIdReused());
  }

  @Test
  void badRequestIsTheCallersMistakeAndNotLogged() {
    form();
    long before = group.lastIndex();

    assertThat(catalog.write(create(1, ".a")).exceptionNow())
        .isInstanceOf(IllegalArgumentException.class);
    var fields =
        IntStream.range(0, Settings.FILTERABLE_FIELDS_MAX)
            .mapToObj(n -> new FilterableField("x".repeat(300) + n, FilterableField.Type.NUMERIC))
            .toList();
    assertThat(
            catalog
                .write(
                    new CreateCollection(
                        id(1), "a", new Descriptor(3, Metric.DOT), new Settings(fields)))
                .exceptionNow())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(expected: at most 65536)");

    assertThat(group.lastIndex()).isEqualTo(before);
  }

  @Test
  void lossOfLeadershipLeavesTheEndUnknown() {
    form();
    var creating = catalog.write(create(1, "a"));

    group.leads = false;
    replica.leaderLost();

    assertThat(creating.exceptionNow()).isInstanceOf(ShardException.OutcomeUnknown.class);
    assertThat(catalog.writeAsLeader(create(1, "a")).exceptionNow())
        .isInstanceOf(ShardException.NotLeader.class);
    assertThat(catalog.write(create(1, "a")).exceptionNow())
        .isInstanceOf(ShardException.Unavailable.class);
  }

  @Test
  void lossOfLeadershipBeforeAnythingWasBegunSaysSo() {
    form();
    var _ = catalog.write(create(1, "a"));
    var _ = catalog.write(new DropCollection(id(2), "a"));
    var waiting = catalog.write(create(3, "a"));

    group.leads = false;
    replica.leaderLost();

    assertThat(waiting.exceptionNow()).isInstanceOf(ShardException.NotLeader.class);
  }

  @Test
  void moreThanAThousandChangesAtOnceAreRefused() {
    form();
    for (int request = 0; request < 1024; request++) {
      var _ = catalog.write(create(request, "c" + request));
    }

    assertThat(catalog.write(create(5_000, "c")).exceptionNow())
        .isInstanceOf(ShardException.Overloaded.class);
    finish("c0");
    assertThat(catalog.write(create(5_000, "c"))).isNotDone();
  }

  @Test
  void hashIsToldOnceItsEntryIsApplied() {
    form();
    group.applied = new CompletableFuture<>();

    var hash = catalog.hashAt(group.lastIndex() + 1);
    assertThat(hash).isNotDone();
    var _ = catalog.write(create(1, "a"));
    group.applied.complete(null);

    assertThat(hash.resultNow()).isPresent().isEqualTo(replica.hashAt(group.lastIndex()));
  }

  @Test
  void hashThatIsGivenUpIsNotWaitedFor() {
    form();
    group.applied = new CompletableFuture<>();

    catalog.hashAt(Long.MAX_VALUE).cancel(true);

    assertThat(group.applied).isCancelled();
  }

  private void form() {
    var member = new Member(new NodeId(new UUID(0, 1)), new NodeAddresses("c", "p", "r"));
    log(
        CatalogOps.form(
            new Claim(new UUID(1, 1), List.of(member), 3, 1, 4 << 20, Optional.empty()), 1));
  }

  private void finish(String name) {
    catalog.view().collection(name).ifPresent(changed -> log(CatalogOps.finish(changed)));
  }

  private void log(CatalogOp op) {
    group.propose(replica.keys().seal(op)).join();
  }

  private static CreateCollection create(int request, String name) {
    return new CreateCollection(id(request), name, new Descriptor(3, Metric.DOT), Settings.NONE);
  }

  private static RequestId id(int request) {
    return new RequestId(new UUID(0, request));
  }

  private final class Group implements GroupReplica {
    private boolean leads = true;
    private CompletableFuture<Void> applied = CompletableFuture.completedFuture(null);

    long lastIndex() {
      return replica.applied().index();
    }

    @Override
    public GroupKey key() {
      return new GroupKey.CatalogGroup();
    }

    @Override
    public boolean leads() {
      return leads;
    }

    @Override
    public Optional<NodeId> leader() {
      return Optional.empty();
    }

    @Override
    public CompletableFuture<Reply> propose(ByteBuffer entry) {
      var answer = replica.apply(1, lastIndex() + 1, entry);
      return CompletableFuture.completedFuture(new Reply(answer, new TermIndex(1, lastIndex())));
    }

    @Override
    public CompletableFuture<Long> readIndex() {
      return CompletableFuture.completedFuture(lastIndex());
    }

    @Override
    public long committedIndex() {
      throw new UnsupportedOperationException();
    }

    @Override
    public OptionalLong leaderSilenceMillis() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> awaitApplied(long index) {
      return applied;
    }
  }
}
