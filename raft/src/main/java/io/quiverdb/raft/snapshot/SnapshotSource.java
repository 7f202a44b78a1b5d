package io.quiverdb.raft.snapshot;

import io.quiverdb.raft.GroupKey;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// A node that others fetch snapshots from. Futures fail as those of [io.quiverdb.raft.Peer] do.
public interface SnapshotSource {
  /// Keeps the newest checkpoint of its replica for the caller to fetch. Ends when nothing of it is
  /// read for half a minute.
  CompletableFuture<SnapshotOffer> open(int shard);

  /// A piece of a file of an offer, of as many bytes as fit a message; empty at its end. Fails with
  /// [io.quiverdb.raft.ShardException.Unavailable] if the lease has ended.
  CompletableFuture<ByteBuffer> read(UUID lease, String file, long offset);

  /// Lets go of an offer.
  CompletableFuture<Void> close(UUID lease);

  /// Keeps its replica's log from the entry behind `index` on, for half a minute.
  CompletableFuture<Void> holdLog(GroupKey group, long index);
}
