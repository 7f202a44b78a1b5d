package io.quiverdb.raft;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.PointIds;
import io.quiverdb.core.Position;
import io.quiverdb.core.Query;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.Slots;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.StoreView;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.op.Op;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/// A shard as this node's replica serves it: writes if it leads, reads in any case.
public final class ReplicatedStore implements Shard {
  /// About as much as a page of a scan holds, so that it fits a message.
  private static final long SCAN_BYTES_MAX = 2 << 20;

  private final int number;
  private final NodeId self;
  private final GroupReplica group;
  private final Store store;
  private final Function<NodeId, Peer> peers;
  private final Executor readers;

  /// @param peers reaches another member
  /// @param readers runs what reads compute
  ReplicatedStore(
      int number,
      NodeId self,
      GroupReplica group,
      Store store,
      Function<NodeId, Peer> peers,
      Executor readers) {
    this.number = number;
    this.self = self;
    this.group = group;
    this.store = store;
    this.peers = peers;
    this.readers = readers;
  }

  @Override
  public int number() {
    return number;
  }

  // --- writing

  @Override
  public CompletableFuture<Written> write(ShardWrite write) {
    var collectionId = collectionOf(write);
    try {
      if (collectionId.isEmpty() || has(collectionId.getAsLong())) {
        return propose(write);
      }
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(refusal(e));
    }
    return writeIfThereByNow(write, collectionId.getAsLong());
  }

  /// The collection that a write needs to find here.
  private static OptionalLong collectionOf(ShardWrite write) {
    return switch (write) {
      case ShardWrite.Upsert upsert -> OptionalLong.of(upsert.collectionId());
      case ShardWrite.Delete delete -> OptionalLong.of(delete.collectionId());
      case ShardWrite.CreateCollection _,
          ShardWrite.DropCollection _,
          ShardWrite.SetOwnership _,
          ShardWrite.HashMark _ ->
          OptionalLong.empty();
    };
  }

  /// Nothing is logged for a collection that is not there, also as of a linearizable read.
  private CompletableFuture<Written> writeIfThereByNow(ShardWrite write, long collectionId) {
    return group
        .readIndex()
        .thenCompose(group::awaitApplied)
        .thenComposeAsync(
            _ ->
                guarded(
                    () ->
                        has(collectionId)
                            ? propose(write)
                            : CompletableFuture.completedFuture(
                                new Written(new Outcome.NotFound(), store.view().position()))),
            readers);
  }

  private boolean has(long collectionId) {
    return store.view().collection(collectionId).isPresent();
  }

  private CompletableFuture<Written> propose(ShardWrite write) {
    return group
        .propose(StoreState.entry(prepare(write)))
        .thenApplyAsync(ReplicatedStore::written, readers);
  }

  private Op prepare(ShardWrite write) {
    return switch (write) {
      case ShardWrite.Upsert upsert ->
          store.prepareUpsert(upsert.stamp(), upsert.collectionId(), upsert.points());
      case ShardWrite.Delete delete ->
          store.prepareDelete(delete.stamp(), delete.collectionId(), delete.ids());
      case ShardWrite.CreateCollection create ->
          store.prepareCreateCollection(
              create.stamp(),
              create.collectionId(),
              create.catalogIndex(),
              create.name(),
              create.descriptor(),
              create.settings(),
              create.hashKey().toBytes());
      case ShardWrite.DropCollection drop ->
          store.prepareDropCollection(drop.stamp(), drop.collectionId(), drop.catalogIndex());
      case ShardWrite.SetOwnership ownership ->
          store.prepareSetOwnership(ownership.stamp(), ownership.epoch(), ownership.slots());
      case ShardWrite.HashMark mark -> store.prepareHashMark(mark.stamp());
    };
  }

  private static Written written(GroupReplica.Reply reply) {
    var answer = OutcomeMessages.decode(reply.answer());
    return new Written(
        OutcomeMessages.toOutcome(answer.getOutcomes(0)),
        new Position(answer.getEpoch(), reply.place().term(), reply.place().index()));
  }

  // --- reading

  @Override
  public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids) {
    var wanted = List.copyOf(ids);
    return read(
        collectionId,
        (view, collection) -> {
          wanted.forEach(id -> requireOwned(view, id));
          return wanted.stream().map(collection::get).toList();
        });
  }

  private void requireOwned(StoreView view, String id) {
    int slot = Slots.of(PointIds.utf8(id));
    if (view.slots().stream().noneMatch(range -> range.contains(slot))) {
      throw new IllegalArgumentException(
          "id: of slot %d (expected: one that shard %d owns)".formatted(slot, number));
    }
  }

  @Override
  public CompletableFuture<ReadResult<ScanPage>> scan(
      long collectionId, Optional<String> after, int limit, Optional<Filter> filter) {
    return read(
        collectionId, (_, collection) -> collection.scan(after, limit, SCAN_BYTES_MAX, filter));
  }

  @Override
  public CompletableFuture<ReadResult<Long>> count(long collectionId, Optional<Filter> filter) {
    return read(collectionId, (_, collection) -> collection.count(filter));
  }

  @Override
  public CompletableFuture<ReadResult<List<Hit>>> search(long collectionId, Query query) {
    return read(collectionId, (_, collection) -> collection.search(query));
  }

  /// The state hash at a hash mark, once it is applied here.
  CompletableFuture<Optional<StateHash>> hashAt(Position position) {
    return group
        .awaitApplied(position.index())
        .thenApplyAsync(_ -> guarded(() -> store.hashAt(position)), readers);
  }

  private <T> CompletableFuture<ReadResult<T>> read(
      long collectionId, BiFunction<StoreView, CollectionView, T> read) {
    return readIndex()
        .thenCompose(group::awaitApplied)
        .thenApplyAsync(
            _ ->
                guarded(
                    () -> {
                      var view = store.view();
                      var collection =
                          view.collection(collectionId)
                              .orElseThrow(
                                  () -> new ShardException.UnknownCollection(collectionId));
                      return new ReadResult<>(read.apply(view, collection), view.position());
                    }),
            readers);
  }

  private CompletableFuture<Long> readIndex() {
    var leader = group.leader();
    if (leader.isEmpty() || leader.get().equals(self)) {
      return group.readIndex();
    }
    try {
      return peers.apply(leader.get()).readIndex(group.key());
    } catch (ShardException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (StoreFailedException | StoreClosedException e) {
      throw new CompletionException(refusal(e));
    }
  }

  private RuntimeException refusal(RuntimeException cause) {
    return switch (cause) {
      case StoreFailedException _ ->
          new ShardException.Failed(group.key() + ": its store failed", cause);
      case StoreClosedException _ ->
          new ShardException.Unavailable(group.key() + ": closing", cause);
      default -> cause;
    };
  }
}
