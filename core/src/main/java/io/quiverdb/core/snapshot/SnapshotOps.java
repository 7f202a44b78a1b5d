package io.quiverdb.core.snapshot;

import io.quiverdb.core.Payload;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.core.checkpoint.CheckpointReader;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.rows.MergedRows;
import io.quiverdb.core.rows.RowCursor;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.state.CollectionHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/// Reads a manifest's files as operations, one at a time: holds the sparse indexes of one
/// collection's segments, and nothing that grows with its points.
final class SnapshotOps implements Iterator<SnapshotOp>, AutoCloseable {
  private final CheckpointReader reader;
  private final PublishedManifest published;
  private final Iterator<Manifest.Collection> collections;
  private Optional<CollectionRows> current = Optional.empty();
  private Optional<SnapshotOp> next;
  private Optional<StoreException> failure = Optional.empty();

  SnapshotOps(CheckpointReader reader, PublishedManifest published) throws IOException {
    this.reader = reader;
    this.published = published;
    this.collections = published.manifest().getCollectionsList().iterator();
    this.next = Optional.of(restore());
  }

  private SnapshotOp restore() throws IOException {
    var manifest = published.manifest();
    return new SnapshotOp.Restore(
        OpProtos.position(manifest.getPosition()),
        manifest.getOpCounter(),
        manifest.getEpoch(),
        manifest.getFeatureLevel(),
        OpProtos.slots(manifest.getSlotsList()),
        CheckpointReader.tombstones(manifest),
        reader.readWindow(published));
  }

  @Override
  public boolean hasNext() {
    return next.isPresent();
  }

  /// @throws io.quiverdb.core.CorruptFileException if a file does not hold what was written to it
  @Override
  public SnapshotOp next() {
    if (failure.isPresent()) {
      throw failure.get();
    }
    var op = next.orElseThrow(NoSuchElementException::new);
    try {
      next = read();
    } catch (IOException e) {
      throw failed(new ReadFailedException("snapshot: its files cannot be read", e));
    } catch (StoreException e) {
      throw failed(e);
    }
    return op;
  }

  /// Part of what is next has been passed by: so it is at its end.
  private StoreException failed(StoreException e) {
    failure = Optional.of(e);
    return e;
  }

  private Optional<SnapshotOp> read() throws IOException {
    if (current.isPresent()) {
      var row = current.get().rows.next();
      if (row.isPresent()) {
        return Optional.of(new SnapshotOp.Put(point(row.get(), current.get().head)));
      }
    }
    close();
    if (!collections.hasNext()) {
      return Optional.empty();
    }
    var collection = collections.next();
    var head = reader.head(published, collection);
    var segments = reader.readSegments(published, collection, head);
    long version = published.manifest().getOpCounter();
    try {
      var rows = new MergedRows(segments, Optional.empty(), version);
      current = Optional.of(new CollectionRows(head, segments, rows));
    } catch (Throwable e) {
      segments.forEach(one -> one.segment().release());
      throw e;
    }
    return Optional.of(new SnapshotOp.Create(head));
  }

  private static StoredPoint point(RowCursor row, CollectionHead head) {
    long vectorBytes = (long) head.descriptor().dimension() * Float.BYTES;
    return new StoredPoint(
        new String(row.id(), StandardCharsets.UTF_8),
        Vector.fromLittleEndian(
            row.vectors().asSlice(row.vectorOffset(), vectorBytes).asByteBuffer()),
        Payload.of(row.payload().asByteBuffer()),
        row.version());
  }

  /// Lets go of the segments that it reads.
  @Override
  public void close() {
    current.ifPresent(collection -> collection.segments.forEach(rows -> rows.segment().release()));
    current = Optional.empty();
  }

  private record CollectionRows(CollectionHead head, List<SegmentRows> segments, MergedRows rows) {}
}
