package io.quiverdb.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.Verification;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.snapshot.StagedSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A shard's store as what its group replicates.
class StoreState implements ReplicatedState, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoreState.class);

  private final Supplier<Store> opening;
  private final RecentRecall recall = new RecentRecall();
  private volatile Store store;
  private volatile TermIndex applied;
  private volatile TermIndex durable;
  private volatile Optional<CorruptFileException> damage = Optional.empty();

  /// @param opening opens what is in the store's place: at once, and each time that another store
  ///   is put there
  StoreState(Supplier<Store> opening) {
    this.opening = opening;
    this.store = opening.get();
    this.durable = place(store.checkpointed());
    this.applied = durable;
  }

  /// Another one once a damaged one was replaced.
  Store store() {
    return store;
  }

  @Override
  public ByteBuffer apply(long term, long index, ByteBuffer entry) {
    // The epoch is part of the state, so the position is the same on every replica.
    long epoch = store.epoch();
    var outcomes = applyToStore(new Position(epoch, term, index), parse(index, entry));
    applied = new TermIndex(term, index);
    return OutcomeMessages.encode(epoch, outcomes);
  }

  private List<Outcome> applyToStore(Position position, Entry entry) {
    var applying = store;
    try {
      return applying.apply(position, entry);
    } catch (StoreException e) {
      boolean _ = noteDamage(applying, e);
      throw e;
    }
  }

  /// Applies an operation in the place behind the last entry, of a shard whose log is going to
  /// begin behind that: while a cluster is recovered.
  Outcome applyBeyondLog(long term, SealedOp op) {
    var place = new Position(store.epoch(), term, store.position().index() + 1);
    var outcome = applyToStore(place, Entry.newBuilder().addOps(op).build()).getFirst();
    applied = place(place);
    return outcome;
  }

  /// Looks whether a damaged file is why something failed.
  ///
  /// @param of the store that failed
  /// @return whether it is
  boolean noteDamage(Store of, StoreException failure) {
    var cause = corruptFile(failure);
    cause.ifPresent(found -> damaged(of, found));
    return cause.isPresent();
  }

  /// That a damaged file is why something failed, if so.
  static Optional<CorruptFileException> corruptFile(@Nullable Throwable failure) {
    return switch (failure) {
      case null -> Optional.empty();
      case CorruptFileException e -> Optional.of(e);
      default -> corruptFile(failure.getCause());
    };
  }

  @Override
  public void advance(long term, long index) {
    store.advance(new Position(store.epoch(), term, index));
    applied = new TermIndex(term, index);
  }

  @Override
  public TermIndex durable() {
    return durable;
  }

  @Override
  public TermIndex applied() {
    return applied;
  }

  @Override
  public ByteBuffer filler() {
    var stamp = new RequestStamp(new RequestId(UUID.randomUUID()), store.epoch(), Optional.empty());
    return entry(List.of(store.prepareHashMark(stamp)));
  }

  /// Of rows that no checkpoint holds; 0 if the store does not answer any more.
  long bufferBytes() {
    try {
      return store.uncheckpointedBytes();
    } catch (StoreException e) {
      return 0;
    }
  }

  /// Whether a segment lacks a graph that it could have; not of a store that does not answer.
  boolean isIndexingDue() {
    try {
      return store.isIndexingDue();
    } catch (StoreException e) {
      return false;
    }
  }

  /// Of rows that are to be given graphs; 0 if the store does not answer any more.
  long rowsAwaitingGraphs() {
    try {
      return store.rowsAwaitingGraphs();
    } catch (StoreException e) {
      return 0;
    }
  }

  /// @throws io.quiverdb.core.StoreFailedException if the disk failed
  void checkpoint() {
    var of = store;
    var written = place(of.checkpoint());
    synchronized (this) {
      // Two checkpoints may end in either order; what Ratis was told never goes back. And one of a
      // store that was replaced meanwhile says nothing of its successor.
      if (of == store && written.index() > durable.index()) {
        durable = written;
      }
    }
  }

  /// Puts a snapshot in charge. Nothing is applied meanwhile.
  ///
  /// @throws io.quiverdb.core.StoreFailedException if the disk failed
  void install(StagedSnapshot staged) {
    staged.install();
    begin(store, staged.position());
  }

  // --- damage

  /// A published file does not hold what was written to it. The log and the vote are sound, so the
  /// replica stays a member; what it stores is to come from another one.
  ///
  /// @param of the store whose file it is: one that was replaced meanwhile does not count
  synchronized void damaged(Store of, CorruptFileException cause) {
    if (of == store && damage.isEmpty()) {
      damage = Optional.of(cause);
      log.error("replica damaged store={}", store.dir().map(Object::toString).orElse(""), cause);
    }
  }

  /// Has the files of the store read. What is wrong with them counts, unless another store has
  /// taken its place meanwhile.
  Verification verify(Function<Store, Verification> walk) {
    var walked = store;
    Verification verification;
    try {
      verification = walk.apply(walked);
    } catch (CorruptFileException e) {
      verification = Verification.of(Damage.of(e));
    }
    // A graph is made again of the rows, here.
    verification.damages().stream()
        .filter(damage -> !damage.isOfIndex())
        .findFirst()
        .map(Damage::toException)
        .ifPresent(cause -> damaged(walked, cause));
    return verification;
  }

  /// What samples of its searches told.
  RecentRecall recall() {
    return recall;
  }

  Optional<CorruptFileException> damage() {
    return damage;
  }

  /// Puts a new store in the place of the damaged one, also one that is not as far: the log is
  /// applied again from there. Nothing is applied meanwhile.
  ///
  /// @throws IOException if the disk fails
  void replaceBy(StoreReplacement replacement) throws IOException {
    store.close();
    replacement.swap();
    var replaced = opening.get();
    begin(replaced, replaced.checkpointed());
  }

  /// Takes the store back to what is durable: an entry that could not be applied may have been
  /// applied in part. Nothing is applied meanwhile.
  ///
  /// @throws StoreException if it cannot be opened
  void openAgain() {
    store.close();
    var again = opening.get();
    begin(again, again.checkpointed());
  }

  /// With files that are sound.
  private synchronized void begin(Store with, Position position) {
    store = with;
    durable = place(position);
    applied = durable;
    damage = Optional.empty();
  }

  @Override
  public void close() {
    store.close();
  }

  static ByteBuffer entry(List<SealedOp> ops) {
    return Entry.newBuilder().addAllOps(ops).build().toByteString().asReadOnlyByteBuffer();
  }

  private static Entry parse(long index, ByteBuffer entry) {
    try {
      return Entry.parseFrom(entry);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("entry " + index + ": not operations", e);
    }
  }

  static TermIndex place(Position position) {
    return new TermIndex(position.term(), position.index());
  }
}
