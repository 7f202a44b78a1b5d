package io.quiverdb.core.snapshot;

import io.quiverdb.core.PointIds;
import io.quiverdb.core.checkpoint.CheckpointWriter;
import io.quiverdb.core.crypto.CollectionKeys;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.segment.SegmentRow;
import io.quiverdb.core.segment.SegmentWriter;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.state.RowHash;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Iterator;
import java.util.Optional;

/// Makes a store out of a snapshot's operations: its files are written as they come, and published
/// when all have come. A crash before that leaves a directory without a store.
public final class SnapshotRestorer {
  private final Storage storage;
  private final ManifestStore manifests;
  private final boolean underNewKeys;

  /// @param underNewKeys draws new keys for each collection, so that those of the snapshot need not
  ///   be ours. Requests that were settled there are not recognised then: all count as forgotten
  /// @param manifests has published nothing yet
  public SnapshotRestorer(Storage storage, ManifestStore manifests, boolean underNewKeys) {
    this.storage = storage;
    this.manifests = manifests;
    this.underNewKeys = underNewKeys;
  }

  /// @param ops from [ReplicationSnapshot#ops]
  /// @throws IllegalArgumentException if they are not in its order
  public void restore(Iterator<SnapshotOp> ops) throws IOException {
    if (!ops.hasNext() || !(ops.next() instanceof SnapshotOp.Restore restore)) {
      throw new IllegalArgumentException("operations: no restore first (expected: one)");
    }
    var published = manifests.publish(manifests.generation(), next -> write(restore, ops, next));
    assert published.isPresent() : "another generation";
  }

  private void write(
      SnapshotOp.Restore restore, Iterator<SnapshotOp> ops, Manifest.Builder manifest)
      throws IOException {
    manifest
        .setPosition(OpProtos.toProto(restore.position()))
        .setOpCounter(restore.version())
        .setEpoch(restore.epoch())
        .setFeatureLevel(restore.featureLevel())
        .addAllSlots(OpProtos.toProto(restore.slots()));
    restore
        .tombstones()
        .forEach(
            (id, tombstone) -> manifest.addTombstones(CheckpointWriter.describe(id, tombstone)));
    Optional<CollectionFiles> current = Optional.empty();
    try {
      while (ops.hasNext()) {
        switch (ops.next()) {
          case SnapshotOp.Restore _ ->
              throw new IllegalArgumentException("operations: a second restore (expected: one)");
          case SnapshotOp.Create(var head) -> {
            if (current.isPresent()) {
              manifest.addCollections(current.get().finish());
            }
            current = Optional.of(new CollectionFiles(head, restore.version()));
          }
          case SnapshotOp.Put put ->
              current
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              "operations: a point without a collection (expected: one before)"))
                  .add(put);
        }
      }
      if (current.isPresent()) {
        manifest.addCollections(current.get().finish());
      }
    } finally {
      if (current.isPresent()) {
        current.get().close();
      }
    }
    // What requests were is told by digests, whose key is the collection's.
    byte[] window =
        underNewKeys
            ? RequestWindow.forgotten(restore.position()).freeze().encode()
            : restore.window();
    RequestWindow _ = RequestWindow.decode(window, RequestWindow.BYTES_MAX);
    manifest.setWindow(manifests.writeWindow(window));
  }

  /// The segment of a collection, if it has a point.
  private final class CollectionFiles implements AutoCloseable {
    private final CollectionHead head;
    private final long opCounter;
    private final CollectionKeys keys;
    private final RowHash hash;
    private Hash128 sum = Hash128.ZERO;
    private Optional<SegmentWriter> writer = Optional.empty();

    CollectionFiles(CollectionHead head, long opCounter) {
      this.head = head;
      this.opCounter = opCounter;
      // The same keys, but for files of this store.
      var wrapped = underNewKeys ? manifests.keys().drawCollectionKeys() : head.keys().wrapped();
      this.keys = manifests.keys().collection(head.id(), wrapped);
      this.hash = new RowHash(keys.rowHashMac());
    }

    void add(SnapshotOp.Put put) throws IOException {
      if (writer.isEmpty()) {
        writer =
            Optional.of(
                new SegmentWriter(
                    storage,
                    manifests.collectionDirectory(head.id()),
                    manifests.drawSegmentId(),
                    head.descriptor().dimension(),
                    head.settings().filterableFields(),
                    keys.codec()));
      }
      var row = row(put);
      sum = sum.plus(new Hash128(row.hashHigh(), row.hashLow()));
      writer.get().add(row);
    }

    private SegmentRow row(SnapshotOp.Put put) {
      var point = put.point();
      if (point.version() < 1 || point.version() > opCounter) {
        throw new IllegalArgumentException(
            "version: " + point.version() + " (expected: 1 to " + opCounter + ")");
      }
      byte[] id = PointIds.utf8(point.id());
      var vector = MemorySegment.ofArray(point.vector().toLittleEndian());
      var payload = MemorySegment.ofBuffer(point.payload().asByteBuffer());
      var rowHash =
          hash.of(
              id, vector.asByteBuffer(), payload.toArray(ValueLayout.JAVA_BYTE), point.version());
      return new SegmentRow(id, vector, payload, point.version(), rowHash.high(), rowHash.low());
    }

    Manifest.Collection finish() throws IOException {
      var description =
          Manifest.Collection.newBuilder()
              .setId(head.id())
              .setName(head.name())
              .setCollectionDescriptor(OpProtos.toProto(head.descriptor()))
              .setSettings(OpProtos.toProto(head.settings()))
              .setCatalogIndex(head.catalogIndex())
              .setWrappedKeys(keys.wrapped())
              .setHashSumHigh(sum.high())
              .setHashSumLow(sum.low());
      if (writer.isPresent()) {
        description.addSegments(ManifestStore.toProto(writer.get().finish()));
        writer.get().close();
        writer = Optional.empty();
      }
      return description.build();
    }

    @Override
    public void close() throws IOException {
      if (writer.isPresent()) {
        writer.get().close();
      }
    }
  }
}
