package io.quiverdb.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.snapshot.StagedSnapshot;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// A shard's store as what its group replicates.
final class StoreState implements ReplicatedState, AutoCloseable {
  private final Store store;
  private volatile TermIndex applied;
  private volatile TermIndex durable;

  StoreState(Store store) {
    this.store = store;
    this.durable = place(store.checkpointed());
    this.applied = durable;
  }

  Store store() {
    return store;
  }

  @Override
  public ByteBuffer apply(long term, long index, ByteBuffer entry) {
    // The epoch is part of the state, so the position is the same on every replica.
    long epoch = store.epoch();
    var outcomes = store.apply(new Position(epoch, term, index), parse(index, entry));
    applied = new TermIndex(term, index);
    return OutcomeMessages.encode(epoch, outcomes);
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

  /// @throws io.quiverdb.core.StoreFailedException if the disk failed
  void checkpoint() {
    var written = place(store.checkpoint());
    synchronized (this) {
      // Two checkpoints may end in either order; what Ratis was told never goes back.
      if (written.index() > durable.index()) {
        durable = written;
      }
    }
  }

  /// Puts a snapshot in charge. Nothing is applied meanwhile.
  ///
  /// @throws io.quiverdb.core.StoreFailedException if the disk failed
  void install(StagedSnapshot staged) {
    staged.install();
    synchronized (this) {
      durable = place(staged.position());
      applied = durable;
    }
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
