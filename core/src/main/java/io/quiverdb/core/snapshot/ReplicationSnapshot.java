package io.quiverdb.core.snapshot;

import io.quiverdb.core.Position;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.SnapshotFailedException;
import io.quiverdb.core.checkpoint.CheckpointReader;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A checkpoint, kept as it is until this is closed, whatever becomes of the store: its files have
/// a second name each. Read by any number of threads.
public final class ReplicationSnapshot implements AutoCloseable {
  private final Storage storage;
  private final CheckpointReader reader;
  private final LinkedFiles links;

  /// What [#ops] has handed out.
  private final Queue<SnapshotOps> readings = new ConcurrentLinkedQueue<>();

  ReplicationSnapshot(Storage storage, CheckpointReader reader, LinkedFiles links) {
    this.storage = storage;
    this.reader = reader;
    this.links = links;
  }

  /// Of the last operation that it holds.
  public Position position() {
    return OpProtos.position(published().manifest().getPosition());
  }

  public long manifestVersion() {
    return published().manifest().getVersion();
  }

  /// The immutable files: what a member of the same cluster installs. Reads each of them once, for
  /// its hash.
  ///
  /// @throws ReadFailedException if the storage fails
  public SnapshotFiles files() {
    try {
      return LocalSnapshotFiles.of(storage, published());
    } catch (IOException e) {
      throw new ReadFailedException("snapshot: its files cannot be read", e);
    }
  }

  /// The same as operations, read as they are asked for: a follower under the same keys that has
  /// restored them ([SnapshotRestorer]) continues after [#position] with the operations of the log.
  ///
  /// Throws [io.quiverdb.core.CorruptFileException] and [ReadFailedException] while it is read too.
  /// Not to be read after this was closed.
  ///
  /// @throws ReadFailedException if the storage fails
  public Iterator<SnapshotOp> ops() {
    try {
      var ops = new SnapshotOps(reader, published());
      readings.add(ops);
      return ops;
    } catch (IOException e) {
      throw new ReadFailedException("snapshot: its files cannot be read", e);
    }
  }

  private PublishedManifest published() {
    return links.published();
  }

  /// Lets go of the files.
  ///
  /// @throws SnapshotFailedException if its files cannot be deleted: the store deletes them when it
  ///   is opened
  @Override
  public void close() {
    readings.forEach(SnapshotOps::close);
    try {
      links.close();
    } catch (IOException e) {
      throw new SnapshotFailedException("snapshot: its files cannot be deleted", e);
    }
  }
}
