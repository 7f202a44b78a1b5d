package io.quiverdb.core.engine;

import io.quiverdb.core.CommitObserver;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Position;
import io.quiverdb.core.RecoveryTail;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Store;
import io.quiverdb.core.checkpoint.Checkpoint;
import io.quiverdb.core.compaction.SegmentMerge;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.op.AppliedOp;
import io.quiverdb.core.op.Applier;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.FrozenState;
import io.quiverdb.core.state.ShardState;
import io.quiverdb.core.state.Tombstone;
import io.quiverdb.core.view.OpenSegments;
import io.quiverdb.core.view.PinnedView;
import io.quiverdb.core.view.PublishedState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The state of an open store. Whoever changes it holds its lock, and publishes what readers see of
/// it; they take no lock.
public final class LiveState {
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Health health;
  private final Supplier<StoreKeys> keys;
  private final LongSupplier liveGeneration;
  private final ReentrantLock lock = new ReentrantLock();
  private final FeatureLevels levels;
  private final HashMarks marks = new HashMarks();
  private ShardState state;
  private Applier applier;

  /// Of the files of the state's segments.
  private long generation;

  private volatile PublishedState published;

  /// Of the state that was published last.
  private long publishedLayout;

  private volatile Checkpointed checkpointed;
  private volatile Optional<CommitObserver> observer = Optional.empty();

  /// What the newest durable checkpoint holds.
  ///
  /// @param version the operation counter there
  public record Checkpointed(Position position, long version) {}

  /// @param keys of the live manifest: a snapshot may bring the store another id
  /// @param liveGeneration of the live manifest's files
  LiveState(
      Health health,
      Supplier<StoreKeys> keys,
      LongSupplier liveGeneration,
      ShardState state,
      Checkpointed checkpointed,
      FeatureLevels levels) {
    this.health = health;
    this.keys = keys;
    this.levels = levels;
    this.liveGeneration = liveGeneration;
    this.state = state;
    this.generation = liveGeneration.getAsLong();
    this.applier = new Applier(state, keys.get(), levels);
    this.checkpointed = checkpointed;
    this.published = PublishedState.of(state, generation, openSegments());
  }

  /// Held by whoever changes the state.
  ReentrantLock lock() {
    return lock;
  }

  // --- apply

  /// Executes the operations of an entry and publishes the state after it.
  ///
  /// @param position after every earlier one
  /// @return an outcome per operation
  public List<Outcome> apply(Position position, Entry entry) {
    return usable(
        () -> {
          if (position.compareTo(state.position()) <= 0) {
            throw new IllegalArgumentException(
                "position: " + position + " (expected: after " + state.position() + ")");
          }
          try {
            var outcomes = execute(position, LogRequest.of(entry));
            publish();
            tell(position, entry, outcomes);
            return outcomes;
          } catch (RuntimeException | Error e) {
            throw health.failed("apply", e);
          }
        });
  }

  /// Executes entries that follow the last one, and publishes the state after all of them. Called
  /// with the lock held.
  ///
  /// @return of each entry, an outcome per operation
  List<List<Outcome>> applyNext(List<LogRequest> group) {
    health.requireUsable();
    try {
      var positions = new ArrayList<Position>(group.size());
      var outcomes = new ArrayList<List<Outcome>>(group.size());
      for (var request : group) {
        var position = state.position().next();
        positions.add(position);
        outcomes.add(execute(position, request));
      }
      publish();
      for (int index = 0; index < group.size(); index++) {
        tell(positions.get(index), group.get(index).entry(), outcomes.get(index));
      }
      return outcomes;
    } catch (RuntimeException | Error e) {
      throw health.failed("apply", e);
    }
  }

  private List<Outcome> execute(Position position, LogRequest request) {
    var applied =
        request.prepared().isPresent()
            ? List.of(applier.apply(position, request.entry(), request.prepared().get()))
            : applier.apply(position, request.entry());
    if (applied.stream().anyMatch(op -> op.op().filter(Op::hasHashMark).isPresent())) {
      marks.remember(position, state.hash());
    }
    return applied.stream().map(AppliedOp::outcome).toList();
  }

  private void tell(Position position, Entry entry, List<Outcome> outcomes) {
    observer.ifPresent(
        listener -> {
          for (int index = 0; index < outcomes.size(); index++) {
            try {
              listener.committed(position, entry.getOps(index), outcomes.get(index));
            } catch (RuntimeException | Error e) {
              log.warn("commit observer failed index={}", position.index(), e);
            }
          }
        });
  }

  public void observe(CommitObserver listener) {
    locked(
        () -> {
          observer = Optional.of(listener);
          return true;
        });
  }

  /// Shows the state as it is. What only the states before read is let go of, once nobody reads
  /// them.
  private void publish() {
    var before = published.segments();
    if (state.layout() == publishedLayout) {
      published = PublishedState.of(state, generation, before);
    } else {
      published = PublishedState.of(state, generation, openSegments());
      before.unpin();
    }
  }

  private OpenSegments openSegments() {
    publishedLayout = state.layout();
    return new OpenSegments(state.segments());
  }

  // --- what is asked of it

  /// The newest state, with all that was applied before the call. Its rows are not to be read.
  public PublishedState head() {
    health.requireUsable();
    return published;
  }

  /// The newest state, to be read until it is closed.
  public PinnedView view() {
    while (true) {
      var view = head().tryPin();
      if (view.isPresent()) {
        return view.get();
      }
      Thread.onSpinWait(); // Another state is being published.
    }
  }

  /// @throws IllegalArgumentException if it is not there
  public CollectionHead head(long collectionId) {
    return head().head(collectionId).orElseThrow(() -> noCollection(collectionId));
  }

  /// @throws IllegalArgumentException if there is none of this name
  public CollectionHead head(String name) {
    return head()
        .head(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "collection: " + name + " (expected: one that exists)"));
  }

  static IllegalArgumentException noCollection(long collectionId) {
    return new IllegalArgumentException(
        "collection: " + Long.toUnsignedString(collectionId) + " (expected: one that exists)");
  }

  public StateHash hash() {
    return usable(() -> state.hash());
  }

  /// At the hash mark at `position`, if it is one of the last.
  public Optional<StateHash> hashAt(Position position) {
    return usable(() -> marks.at(position));
  }

  /// The first outcome of a request that was settled and is remembered.
  public Optional<Outcome> settled(RequestId id) {
    return usable(() -> state.window().settled(id.uuid()));
  }

  /// Whether a collection was here and was dropped or shredded.
  public boolean wasDropped(long collectionId) {
    return usable(() -> state.tombstone(collectionId).isPresent());
  }

  /// Index of the entry that shredded a collection; empty if none did.
  public OptionalLong shreddedAt(long collectionId) {
    return usable(
        () ->
            state.tombstone(collectionId).stream()
                .filter(Tombstone::shredding)
                .mapToLong(Tombstone::shreddedAt)
                .findFirst());
  }

  /// One that was never used here.
  long nextCollectionId() {
    return locked(() -> state.nextCollectionId());
  }

  /// Bytes of rows that no checkpoint holds yet.
  public long bufferBytes() {
    return usable(() -> state.bufferBytes());
  }

  /// The newest state and the newest checkpoint that it follows. To be closed, unless it is asked
  /// for a tail.
  SinceCheckpoint sinceCheckpoint() {
    return usable(() -> new SinceCheckpoint(view(), checkpointed));
  }

  record SinceCheckpoint(PinnedView view, Checkpointed checkpoint) implements AutoCloseable {
    /// The net change of a collection, with which the view is closed. Takes as long as there were
    /// changes: no lock is held for it.
    ///
    /// @throws IllegalArgumentException if the collection is not there
    RecoveryTail tail(long collectionId) {
      try {
        return view.tail(collectionId, checkpoint.version())
            .orElseThrow(() -> noCollection(collectionId));
      } catch (Throwable e) {
        view.close();
        throw e;
      }
    }

    @Override
    public void close() {
      view.close();
    }
  }

  public Checkpointed checkpointed() {
    return checkpointed;
  }

  /// Whether anything was applied that the newest checkpoint does not hold.
  boolean isAheadOfCheckpoint() {
    return !published.position().equals(checkpointed.position());
  }

  // --- what checkpoints, compactions and snapshots change of it; none of it changes what it says

  /// A state for a checkpoint to write.
  ///
  /// @param view the same, as readers see it; keeps its segments open
  record Frozen(FrozenState state, PinnedView view) implements AutoCloseable {
    @Override
    public void close() {
      view.close();
    }
  }

  /// Called with the lock held.
  Frozen freeze() {
    var frozen = state.freeze();
    publish();
    return new Frozen(frozen, view());
  }

  /// Puts what a checkpoint wrote in place of what it froze.
  void install(Checkpoint checkpoint) {
    locked(
        () -> {
          checkpoint.installInto(state);
          publish();
          checkpointed = new Checkpointed(checkpoint.position(), checkpoint.version());
          return true;
        });
  }

  /// Puts the output of a merge in place of its inputs.
  void install(SegmentMerge merge) {
    locked(
        () -> {
          merge.carryDeaths(state.version());
          state.replace(merge.collectionId(), merge.inputs(), merge.output());
          publish();
          return true;
        });
  }

  /// Puts another state in its place, of a later position, that is a checkpoint. Called with the
  /// lock held.
  void replaceBy(ShardState newer) {
    var before = published.segments();
    state = newer;
    applier = new Applier(newer, keys.get(), levels);
    checkpointed = new Checkpointed(newer.position(), newer.version());
    generation = liveGeneration.getAsLong();
    published = PublishedState.of(newer, generation, openSegments());
    before.unpin();
  }

  /// Lets go of the segments, once no view of them is open. Called with the lock held, when the
  /// store cannot be used any more.
  void close() {
    published.segments().unpin();
  }

  /// Of the last entry. Called with the lock held.
  Position position() {
    return state.position();
  }

  private <V> V usable(Supplier<V> action) {
    return locked(
        () -> {
          health.requireUsable();
          return action.get();
        });
  }

  private <V> V locked(Supplier<V> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
