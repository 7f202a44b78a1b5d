package io.quiverdb.raft;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.AnswerSize;
import io.quiverdb.core.CollectionView;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.PointIds;
import io.quiverdb.core.Position;
import io.quiverdb.core.Query;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.Slots;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.StoreView;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Verification;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.raft.barrier.LeaderIndexes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/// A shard as this node's replica serves it: writes if it leads, reads in any case.
public final class ReplicatedStore implements Shard {
  /// Under way at once; above, they would only wait for each other.
  static final int READS_MAX = 1024;

  /// About as much as a page of a scan holds, so that it fits a message.

  private final int number;

  private final NodeId self;
  private final GroupReplica group;
  private final StoreState state;
  private final LeaderIndexes leaderIndexes;
  private final Executor readers;
  private final Executor writers;
  private final WriteQueue queue;
  private final LongConsumer compactions;
  private final BooleanSupplier canBeHealed;
  private final DiskSpace disk;
  private final GraphBackpressure graphs;
  private final AtomicInteger reads = new AtomicInteger();
  private final Counter linearizableReads;
  private final Counter sessionReads;
  private final Counter anyReads;

  /// @param leaderIndexes asks other nodes, where this one does not lead
  /// @param readers runs what reads compute
  /// @param writers runs what follows upon a write; never behind reads
  /// @param compactions begins that of a collection
  /// @param canBeHealed whether other members have what is damaged here
  /// @param disk where its log and its files go
  /// @param graphs holds back what adds rows
  ReplicatedStore(
      int number,
      NodeId self,
      GroupReplica group,
      StoreState state,
      LeaderIndexes leaderIndexes,
      Executor readers,
      Executor writers,
      LongConsumer compactions,
      BooleanSupplier canBeHealed,
      DiskSpace disk,
      GraphBackpressure graphs,
      MetricRegistry metrics) {
    this.number = number;
    this.self = self;
    this.group = group;
    this.state = state;
    this.leaderIndexes = leaderIndexes;
    this.readers = readers;
    this.writers = writers;
    this.queue =
        new WriteQueue(
            group,
            writers,
            LastMinute.histogram(metrics, MetricNames.of(MetricNames.ENTRY_WRITES, group.key())));
    this.linearizableReads = readsAt(Consistency.LINEARIZABLE, metrics);
    this.sessionReads = readsAt(new Consistency.Session(Position.START), metrics);
    this.anyReads = readsAt(Consistency.ANY, metrics);
    this.compactions = compactions;
    this.canBeHealed = canBeHealed;
    this.disk = disk;
    this.graphs = graphs;
  }

  private Counter readsAt(Consistency level, MetricRegistry metrics) {
    return metrics.counter(MetricNames.of(MetricNames.READS, group.key(), level));
  }

  @Override
  public int number() {
    return number;
  }

  /// Writes that were accepted and are not answered yet.
  InFlight writes() {
    return queue.accepted();
  }

  // --- writing

  @Override
  public CompletableFuture<Written> write(ShardWrite write) {
    if (disk.isLow() && takesRoom(write)) {
      return CompletableFuture.failedFuture(
          new ShardException.Overloaded(
              "%s: %s".formatted(group.key(), disk.describe().orElse(""))));
    }
    var collectionId = collectionOf(write);
    try {
      if (write instanceof ShardWrite.CreateCollection create
          && store().shreddedAt(create.collectionId()).isPresent()) {
        // From long ago. It would be refused for good, with the keys in the log that are to go.
        return CompletableFuture.completedFuture(
            new Written(new Outcome.Superseded(), store().position()));
      }
      if (collectionId.isEmpty()) {
        return queue.write(prepare(write));
      }
      // Before it is prepared: a follower, which refuses it all the same, has graphs of its own.
      var delay = takesRoom(write) && group.leads() ? graphs.delay(group.key()) : Duration.ZERO;
      var op = prepareIfThere(write, collectionId.getAsLong());
      return op.isPresent()
          ? queue.write(op.get(), delay)
          : writeIfThereByNow(write, collectionId.getAsLong());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(refusal(e));
    }
  }

  /// Empty if the collection is not here.
  private Optional<SealedOp> prepareIfThere(ShardWrite write, long collectionId) {
    if (!has(collectionId)) {
      return Optional.empty();
    }
    try {
      return Optional.of(prepare(write));
    } catch (IllegalArgumentException e) {
      // A drop may have come between; a collection that is gone does not come back.
      if (has(collectionId)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /// Whether it adds to the data. What makes room is done to the last, and so is what the catalogue
  /// has decided.
  private static boolean takesRoom(ShardWrite write) {
    return switch (write) {
      case ShardWrite.Upsert _, ShardWrite.SetPayload _ -> true;
      case ShardWrite.Delete _,
          ShardWrite.CreateCollection _,
          ShardWrite.DropCollection _,
          ShardWrite.ShredCollection _,
          ShardWrite.UpdateSettings _,
          ShardWrite.SetOwnership _,
          ShardWrite.SetFeatureLevel _,
          ShardWrite.HashMark _ ->
          false;
    };
  }

  /// The collection that a write needs to find here.
  private static OptionalLong collectionOf(ShardWrite write) {
    return switch (write) {
      case ShardWrite.Upsert upsert -> OptionalLong.of(upsert.collectionId());
      case ShardWrite.SetPayload set -> OptionalLong.of(set.collectionId());
      case ShardWrite.Delete delete -> OptionalLong.of(delete.collectionId());
      case ShardWrite.CreateCollection _,
          ShardWrite.DropCollection _,
          ShardWrite.ShredCollection _,
          ShardWrite.UpdateSettings _,
          ShardWrite.SetOwnership _,
          ShardWrite.SetFeatureLevel _,
          ShardWrite.HashMark _ ->
          OptionalLong.empty();
    };
  }

  /// Nothing is logged for a collection that is not there, also as of a linearizable read.
  private CompletableFuture<Written> writeIfThereByNow(ShardWrite write, long collectionId) {
    return group
        .readIndex()
        .thenCompose(this::applied)
        .thenComposeAsync(
            index -> guarded(() -> writeIfThereAt(index, write, collectionId)), writers);
  }

  private CompletableFuture<Written> writeIfThereAt(
      long index, ShardWrite write, long collectionId) {
    var store = store();
    try (var view = view(store, index)) {
      if (view.collection(collectionId).isEmpty()) {
        return CompletableFuture.completedFuture(withoutCollection(write, store));
      }
    }
    return prepareIfThere(write, collectionId)
        .map(queue::write)
        .orElseGet(() -> writeIfThereByNow(write, collectionId));
  }

  /// A write that was settled before the collection was dropped keeps its outcome.
  private static Written withoutCollection(ShardWrite write, Store store) {
    var position = store.position();
    return new Written(
        store
            .settled(write.stamp().id())
            .<Outcome>map(
                first ->
                    first instanceof Outcome.Applied applied
                            && applied.points().size() != pointCount(write)
                        ? new Outcome.RequestIdReused()
                        : new Outcome.Duplicate(first))
            .orElseGet(Outcome.NotFound::new),
        position);
  }

  private static int pointCount(ShardWrite write) {
    return switch (write) {
      case ShardWrite.Upsert upsert -> upsert.points().size();
      case ShardWrite.SetPayload set -> set.changes().size();
      case ShardWrite.Delete delete -> delete.deletions().size();
      case ShardWrite.CreateCollection _,
          ShardWrite.DropCollection _,
          ShardWrite.ShredCollection _,
          ShardWrite.UpdateSettings _,
          ShardWrite.SetOwnership _,
          ShardWrite.SetFeatureLevel _,
          ShardWrite.HashMark _ ->
          0;
    };
  }

  private Store store() {
    return state.store();
  }

  private boolean has(long collectionId) {
    return store().hasCollection(collectionId);
  }

  private SealedOp prepare(ShardWrite write) {
    return switch (write) {
      case ShardWrite.Upsert upsert ->
          store().prepareUpsert(upsert.stamp(), upsert.collectionId(), upsert.points());
      case ShardWrite.SetPayload set ->
          store().prepareSetPayload(set.stamp(), set.collectionId(), set.changes());
      case ShardWrite.Delete delete ->
          store()
              .prepareConditionalDelete(delete.stamp(), delete.collectionId(), delete.deletions());
      case ShardWrite.CreateCollection create ->
          store()
              .prepareCreateCollection(
                  create.stamp(),
                  create.collectionId(),
                  create.catalogIndex(),
                  create.name(),
                  create.descriptor(),
                  create.settings(),
                  create.wrappedKeys().bytes());
      case ShardWrite.DropCollection drop ->
          store().prepareDropCollection(drop.stamp(), drop.collectionId(), drop.catalogIndex());
      case ShardWrite.ShredCollection shred ->
          store().prepareShredCollection(shred.stamp(), shred.collectionId(), shred.catalogIndex());
      case ShardWrite.UpdateSettings update ->
          store()
              .prepareUpdateSettings(
                  update.stamp(), update.collectionId(), update.catalogIndex(), update.settings());
      case ShardWrite.SetOwnership ownership ->
          store().prepareSetOwnership(ownership.stamp(), ownership.epoch(), ownership.slots());
      case ShardWrite.SetFeatureLevel set ->
          store().prepareSetFeatureLevel(set.stamp(), set.level());
      case ShardWrite.HashMark mark -> store().prepareHashMark(mark.stamp());
    };
  }

  @Override
  public CompletableFuture<DeletedMatching> deleteMatching(
      long collectionId, long epoch, Filter filter) {
    var of = store();
    return group
        .readIndex()
        .thenCompose(this::applied)
        .thenComposeAsync(
            index ->
                guarded(
                    () -> {
                      var view = view(store(), index);
                      return closing(view, () -> deleteMatching(view, collectionId, epoch, filter));
                    }),
            readers)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    switch (bare(failure)) {
                      case CorruptFileException e -> {
                        state.damaged(of, e);
                        yield damaged(e);
                      }
                      case RuntimeException e -> refusal(e);
                      default -> failure;
                    }));
  }

  private CompletableFuture<DeletedMatching> deleteMatching(
      StoreView view, long collectionId, long epoch, Filter filter) {
    var collection = collection(view, collectionId);
    return new DeleteByFilter(collection, filter, epoch, this::write, view.position(), readers)
        .run();
  }

  /// Closes a view when what reads it has ended.
  private static <T> CompletableFuture<T> closing(
      StoreView view, Supplier<CompletableFuture<T>> reading) {
    try {
      return reading.get().whenComplete((_, _) -> view.close());
    } catch (RuntimeException | Error e) {
      view.close();
      throw e;
    }
  }

  // --- reading

  @Override
  public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids, Consistency consistency) {
    var wanted = List.copyOf(ids);
    return read(
        collectionId,
        consistency,
        (view, collection) -> {
          wanted.forEach(id -> requireOwned(view, id));
          var size = new AnswerSize();
          return wanted.stream()
              .map(
                  id -> {
                    var found = collection.get(id);
                    found.ifPresent(size::add);
                    return found;
                  })
              .toList();
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
      long collectionId,
      Optional<String> after,
      int limit,
      Optional<Filter> filter,
      Consistency consistency) {
    return read(
        collectionId,
        consistency,
        (_, collection) -> collection.scan(after, limit, Shard.SCAN_BYTES_MAX, filter));
  }

  @Override
  public CompletableFuture<ReadResult<Long>> count(
      long collectionId, Optional<Filter> filter, Consistency consistency) {
    return read(collectionId, consistency, (_, collection) -> collection.count(filter));
  }

  @Override
  public CompletableFuture<ReadResult<List<Hit>>> search(
      long collectionId, Query query, Consistency consistency) {
    return searched(
        collectionId,
        consistency,
        (collection, isUnwanted) -> collection.search(query, new QueryStatistics(), isUnwanted));
  }

  @Override
  public CompletableFuture<ReadResult<List<SegmentPlan>>> explain(long collectionId, Query query) {
    return searched(
        collectionId,
        Consistency.LINEARIZABLE,
        (collection, isUnwanted) -> {
          var statistics = new QueryStatistics(System::nanoTime);
          var _ = collection.search(query, statistics, isUnwanted);
          return statistics.plans();
        });
  }

  /// Whoever cancels it, because the caller is gone or out of time, stops the search too.
  <T> CompletableFuture<ReadResult<T>> searched(
      long collectionId,
      Consistency consistency,
      BiFunction<CollectionView, BooleanSupplier, T> search) {
    var isUnwanted = new AtomicBoolean();
    var result =
        read(
            collectionId,
            consistency,
            (_, collection) -> search.apply(collection, isUnwanted::get));
    var _ = result.whenComplete((_, _) -> isUnwanted.set(result.isCancelled()));
    return result;
  }

  /// The state hash at a hash mark, once it is applied here.
  CompletableFuture<Optional<StateHash>> hashAt(Position position) {
    var reached = group.awaitApplied(position.index());
    var hash = reached.thenApplyAsync(_ -> guarded(() -> store().hashAt(position)), readers);
    // It may never be.
    var _ = hash.whenComplete((_, _) -> reached.cancel(false));
    return hash;
  }

  /// Begins to merge a collection's segments in the background. Answers with what there is now.
  CompletableFuture<SegmentCounts> compact(long collectionId) {
    return CompletableFuture.supplyAsync(
        () ->
            guarded(
                () -> {
                  var counts = segmentCounts(collectionId);
                  compactions.accept(collectionId);
                  return counts;
                }),
        readers);
  }

  private SegmentCounts segmentCounts(long collectionId) {
    return store().stats().collections().stream()
        .filter(collection -> collection.id() == collectionId)
        .findFirst()
        .map(
            collection ->
                new SegmentCounts(
                    collection.segmentCount(),
                    collection.segmentRows(),
                    collection.deadRows(),
                    collection.files().total()))
        .orElse(new SegmentCounts(0, 0, 0, 0));
  }

  /// What is wrong with the files of a collection.
  CompletableFuture<Verification> verify(long collectionId) {
    return CompletableFuture.supplyAsync(
        () -> guarded(() -> state.verify(store -> store.verify(collectionId))), readers);
  }

  private <T> CompletableFuture<ReadResult<T>> read(
      long collectionId, Consistency consistency, BiFunction<StoreView, CollectionView, T> read) {
    if (reads.incrementAndGet() > READS_MAX) {
      reads.decrementAndGet();
      return CompletableFuture.failedFuture(
          new ShardException.Overloaded(
              "%s: %d reads under way (expected: fewer)".formatted(group.key(), READS_MAX)));
    }
    var result =
        switch (consistency) {
          case Consistency.Linearizable(var patience) -> {
            linearizableReads.inc();
            yield linearizable(patience, collectionId, read);
          }
          case Consistency.Session(var seen, var patience) -> {
            sessionReads.inc();
            yield notBefore(seen, patience, collectionId, read);
          }
          case Consistency.Any() -> {
            anyReads.inc();
            yield asItIs(collectionId, read);
          }
        };
    var _ = result.whenComplete((_, _) -> reads.decrementAndGet());
    return result;
  }

  private <T> CompletableFuture<ReadResult<T>> linearizable(
      Optional<Duration> patience,
      long collectionId,
      BiFunction<StoreView, CollectionView, T> read) {
    return readIndex()
        .thenCompose(index -> applied(index, patience).thenApply(_ -> index))
        .thenApplyAsync(
            index ->
                guarded(
                    () -> {
                      try (var view = view(store(), index)) {
                        var collection = collection(view, collectionId);
                        return new ReadResult<>(read.apply(view, collection), view.position());
                      }
                    }),
            readers);
  }

  private <T> CompletableFuture<ReadResult<T>> notBefore(
      Position seen,
      Optional<Duration> patience,
      long collectionId,
      BiFunction<StoreView, CollectionView, T> read) {
    CompletableFuture<Void> reached;
    try {
      requireEpoch(store().position(), seen);
      reached = applied(seen.index(), patience);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(refusal(e));
    }
    var result =
        reached.thenApplyAsync(
            _ ->
                guarded(
                    () -> {
                      try (var view = view(store(), seen.index())) {
                        requireEpoch(view.position(), seen);
                        if (view.position().compareTo(seen) < 0) {
                          throw new ShardException.Unavailable(
                              "%s: of epoch %d here (expected: %d, which was seen)"
                                  .formatted(group.key(), view.position().epoch(), seen.epoch()));
                        }
                        var collection = collection(view, collectionId);
                        return new ReadResult<>(read.apply(view, collection), view.position());
                      }
                    }),
            readers);
    // Nobody may ever write what a read says that it has seen.
    var _ = result.whenComplete((_, _) -> reached.cancel(false));
    return result;
  }

  private void requireEpoch(Position here, Position seen) {
    if (here.epoch() > seen.epoch()) {
      throw new ShardException.StaleEpoch(
          "%s: epoch is %d now (expected: %d, which was seen)"
              .formatted(group.key(), here.epoch(), seen.epoch()));
    }
  }

  private <T> CompletableFuture<ReadResult<T>> asItIs(
      long collectionId, BiFunction<StoreView, CollectionView, T> read) {
    return CompletableFuture.supplyAsync(
        () ->
            guarded(
                () -> {
                  try (var view = store().view()) {
                    long unseen = group.committedIndex() - view.position().index();
                    var lag = new Lag(Math.max(0, unseen), group.leaderSilenceMillis());
                    var collection = collection(view, collectionId);
                    return new ReadResult<>(
                        read.apply(view, collection), view.position(), Optional.of(lag));
                  }
                }),
        readers);
  }

  private CompletableFuture<Void> applied(long index, Optional<Duration> patience) {
    var reached = group.awaitApplied(index);
    if (patience.isEmpty() || reached.isDone()) {
      return reached;
    }
    return reached
        .orTimeout(patience.get().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    failure instanceof TimeoutException
                        ? new ShardException.Unavailable(
                            "%s: behind on this node (expected: entry %d within %d ms)"
                                .formatted(group.key(), index, patience.get().toMillis()))
                        : failure));
  }

  /// The index, once it is applied here.
  private CompletableFuture<Long> applied(long index) {
    return group.awaitApplied(index).thenApply(_ -> index);
  }

  /// To be closed. A store that has just taken the place of a damaged one may not be as far as that
  /// one was.
  private StoreView view(Store store, long index) {
    var view = store.view();
    if (view.position().index() < index) {
      view.close();
      throw new ShardException.Unavailable(group.key() + ": opened anew (expected: caught up)");
    }
    return view;
  }

  private static CollectionView collection(StoreView view, long collectionId) {
    return view.collection(collectionId)
        .orElseThrow(() -> new ShardException.UnknownCollection(collectionId));
  }

  private CompletableFuture<Long> readIndex() {
    var leader = group.leader();
    if (leader.isEmpty() || leader.get().equals(self)) {
      return group.readIndex();
    }
    return leaderIndexes.readIndex(leader.get(), group.key());
  }

  private <T> T guarded(Supplier<T> work) {
    var of = store();
    try {
      return work.get();
    } catch (StoreFailedException | StoreClosedException | ReadFailedException e) {
      throw new CompletionException(refusal(e));
    } catch (CorruptFileException e) {
      state.damaged(of, e);
      throw new CompletionException(damaged(e));
    }
  }

  /// Where there are other members, one of them answers soon.
  private ShardException damaged(CorruptFileException cause) {
    return canBeHealed.getAsBoolean()
        ? new ShardException.Unavailable(
            group.key() + ": damaged on this node, which hands it over", cause)
        : new ShardException.Failed(group.key() + ": its files are damaged", cause);
  }

  private static Throwable bare(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private RuntimeException refusal(RuntimeException cause) {
    return switch (cause) {
      case StoreFailedException _ ->
          new ShardException.Failed(group.key() + ": its store failed", cause);
      case ReadFailedException _ ->
          new ShardException.Failed(group.key() + ": its files cannot be read", cause);
      case StoreClosedException _ ->
          new ShardException.Unavailable(group.key() + ": closing", cause);
      case FeatureLevelException _ ->
          new IllegalArgumentException(group.key() + ": " + cause.getMessage(), cause);
      default -> cause;
    };
  }
}
