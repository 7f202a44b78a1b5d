package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Vector;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DeleteByFilterTest {
  private static final long COLLECTION = 5;
  private static final Filter RED = new Filter.Eq("colour", new Filter.Value.Text("red"));

  private final Store store =
      Store.openReplicated(
          new SimulatedStorage(),
          StoreOptions.standard(),
          TestKeys.SHARED.keyRing(),
          new UUID(0, 1));
  private final List<ShardWrite.Delete> proposed = new ArrayList<>();
  private long index;

  @BeforeEach
  void createCollection() {
    var _ =
        apply(store.prepareSetOwnership(stamp(0), 1, List.of(new SlotRange(0, Slots.COUNT - 1))));
    var _ =
        apply(
            store.prepareCreateCollection(
                stamp(1),
                COLLECTION,
                1,
                "c",
                new Descriptor(1, Metric.DOT),
                Settings.NONE,
                TestKeys.SHARED.wrapped(COLLECTION)));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void allThatMatchIsDeletedPageByPage() {
    for (int number = 0; number < 2_500; number++) {
      upsert("r" + number, "red");
    }
    upsert("blue", "blue");

    var deleted = run(view()).join();

    assertThat(deleted.deletedCount()).isEqualTo(2_500);
    assertThat(deleted.changedCount()).isZero();
    assertThat(deleted.position().index()).isEqualTo(index);
    assertThat(proposed).hasSize(3);
    assertThat(view().size()).isEqualTo(1);
  }

  @Test
  void whatChangedSinceIsLeftOutAndReportedAndTheRestIsProposedAgain() {
    for (var id : List.of("a", "b", "c", "d")) {
      upsert(id, "red");
    }
    var seen = view();
    upsert("b", "red");
    var _ = apply(store.prepareDelete(stamp(1), COLLECTION, List.of("d")).orElseThrow());

    var deleted = run(seen).join();

    assertThat(deleted.deletedCount()).isEqualTo(2);
    assertThat(deleted.changedCount()).isEqualTo(2);
    assertThat(deleted.changedIds()).containsExactly("b", "d");
    assertThat(view().get("b")).isPresent();
    assertThat(view().size()).isEqualTo(1);
    assertThat(proposed).hasSize(2);
    assertThat(proposed.get(0).stamp().id()).isNotEqualTo(proposed.get(1).stamp().id());
  }

  @Test
  void nothingIsProposedIfNothingMatches() {
    upsert("a", "blue");

    var deleted = run(view()).join();

    assertThat(deleted.deletedCount()).isZero();
    assertThat(proposed).isEmpty();
  }

  @Test
  void nothingIsProposedAgainIfAllHaveChanged() {
    upsert("a", "red");
    var seen = view();
    upsert("a", "red");

    var deleted = run(seen).join();

    assertThat(deleted.changedIds()).containsExactly("a");
    assertThat(proposed).hasSize(1);
  }

  @Test
  void failureAfterTheFirstPageDoesNotSayThatNothingWasDone() {
    for (int number = 0; number < 1_500; number++) {
      upsert("r" + number, "red");
    }
    var failing =
        new DeleteByFilter(
            view(),
            RED,
            1,
            write ->
                proposed.isEmpty()
                    ? propose(write)
                    : CompletableFuture.failedFuture(
                        new ShardException.NotLeader("shard 0", Optional.empty())),
            store.position(),
            Runnable::run);

    assertThat(failing.run().exceptionNow()).isInstanceOf(ShardException.OutcomeUnknown.class);
    assertThat(view().size()).isEqualTo(500);
  }

  @Test
  void failureAtTheFirstPageIsToldAsItIs() {
    upsert("a", "red");
    var failing =
        new DeleteByFilter(
            view(),
            RED,
            1,
            _ ->
                CompletableFuture.failedFuture(
                    new ShardException.NotLeader("shard 0", Optional.empty())),
            store.position(),
            Runnable::run);

    assertThat(failing.run().exceptionNow()).isInstanceOf(ShardException.NotLeader.class);
  }

  private CompletableFuture<DeletedMatching> run(CollectionView view) {
    return new DeleteByFilter(view, RED, 1, this::propose, store.position(), Runnable::run).run();
  }

  private CompletableFuture<Written> propose(ShardWrite write) {
    var delete = (ShardWrite.Delete) write;
    proposed.add(delete);
    var outcome =
        apply(
            store.prepareConditionalDelete(
                delete.stamp(), delete.collectionId(), delete.deletions()));
    return CompletableFuture.completedFuture(new Written(outcome, store.position()));
  }

  private void upsert(String id, String colour) {
    var point = new Point(id, Vector.of(1), Payload.ofJson("{\"colour\":\"" + colour + "\"}"));
    var _ = apply(store.prepareUpsert(stamp(1), COLLECTION, List.of(point)));
  }

  private Outcome apply(SealedOp op) {
    index++;
    return store.apply(new Position(1, 1, index), Entry.newBuilder().addOps(op).build()).getFirst();
  }

  private CollectionView view() {
    return store.view().collection(COLLECTION).orElseThrow();
  }

  private static RequestStamp stamp(long epoch) {
    return new RequestStamp(new RequestId(UUID.randomUUID()), epoch, Optional.empty());
  }
}
