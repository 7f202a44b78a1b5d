package io.quiverdb.core.checkpoint;

import io.quiverdb.core.IndexSnapshot;
import io.quiverdb.core.StoreView;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.rows.ActiveBuffer;
import io.quiverdb.core.rows.RowCursor;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.segment.DeadRowsFile;
import io.quiverdb.core.segment.RowDeaths;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.segment.SegmentRow;
import io.quiverdb.core.segment.SegmentSummary;
import io.quiverdb.core.segment.SegmentWriter;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.FrozenState;
import io.quiverdb.core.state.FrozenState.FrozenCollection;
import io.quiverdb.core.state.Tombstone;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Writes a frozen state: segments, dead rows, window, then the manifest that makes them count.
/// Everything in them is as of the state's position, whatever has been applied since.
///
/// An [IOException] leaves unknown which of two manifests is live: nothing is to be written after
/// it.
public final class CheckpointWriter {
  private final Storage storage;
  private final ManifestStore manifests;
  private final PageCache cache;

  /// @param cache for the segments that it writes
  public CheckpointWriter(Storage storage, ManifestStore manifests, PageCache cache) {
    this.storage = storage;
    this.manifests = manifests;
    this.cache = cache;
  }

  /// @param indexes to be published with it
  /// @param asOf the same state, which the indexes shall hold
  public Checkpoint write(FrozenState state, List<IndexSnapshot> indexes, StoreView asOf)
      throws IOException {
    long generation = manifests.generation();
    Map<Long, NewSegment> segments = new LinkedHashMap<>();
    try {
      for (var collection : state.collections()) {
        writeSegment(collection, state.version())
            .ifPresent(segment -> segments.put(collection.head().id(), segment));
      }
      return publish(generation, state, segments, indexes, asOf);
    } catch (Throwable e) {
      segments.values().forEach(segment -> segment.segment().release());
      throw e;
    }
  }

  private Checkpoint publish(
      long generation,
      FrozenState state,
      Map<Long, NewSegment> segments,
      List<IndexSnapshot> indexes,
      StoreView asOf)
      throws IOException {
    Map<Long, PageCodec> codecs =
        state.collections().stream()
            .map(FrozenCollection::head)
            .collect(Collectors.toMap(CollectionHead::id, head -> head.keys().codec()));
    var streams = new IndexStreams(storage, manifests, codecs::get);
    var streamsByCollection = streams.write(indexes, asOf);
    var published =
        manifests.publish(generation, next -> change(next, state, segments, streamsByCollection));
    assert published.isPresent() : "another generation than " + generation;
    return new Checkpoint(state, List.copyOf(segments.values()), streams.failure());
  }

  private void change(
      Manifest.Builder next,
      FrozenState state,
      Map<Long, NewSegment> segments,
      Map<Long, List<Manifest.IndexStream>> streams)
      throws IOException {
    var before = new PreviousManifest(next.build());
    next.setPosition(OpProtos.toProto(state.position()))
        .setOpCounter(state.version())
        .setEpoch(state.epoch())
        .setFeatureLevel(state.featureLevel())
        .clearSlots()
        .addAllSlots(OpProtos.toProto(state.slots()))
        .clearCollections()
        .clearTombstones();
    for (var collection : state.collections()) {
      var segment = Optional.ofNullable(segments.get(collection.head().id()));
      var description = describe(collection, segment, state.version(), before);
      addStreams(description, collection, streams, before);
      next.addCollections(description);
    }
    state.tombstones().forEach((id, tombstone) -> next.addTombstones(describe(id, tombstone)));
    next.setWindow(manifests.writeWindow(state.window().encode()));
  }

  /// Those that are brought; if none, and nothing of the collection has changed, those there are.
  private static void addStreams(
      Manifest.Collection.Builder description,
      FrozenCollection collection,
      Map<Long, List<Manifest.IndexStream>> streams,
      PreviousManifest before) {
    var brought = streams.getOrDefault(description.getId(), List.of());
    var last = before.collection(description.getId());
    boolean isUnchanged =
        collection.buffer().isEmpty()
            && last.isPresent()
            && last.get().getSegmentsList().equals(description.getSegmentsList());
    description.addAllIndexStreams(
        brought.isEmpty() && isUnchanged ? last.get().getIndexStreamsList() : brought);
  }

  public static Manifest.Tombstone describe(long collectionId, Tombstone tombstone) {
    return Manifest.Tombstone.newBuilder()
        .setCollectionId(collectionId)
        .setCatalogIndex(tombstone.catalogIndex())
        .setShredding(tombstone.shredding())
        .setShreddedAt(tombstone.shreddedAt())
        .build();
  }

  /// Empty if the buffer holds no row that lives.
  private Optional<NewSegment> writeSegment(FrozenCollection collection, long version)
      throws IOException {
    if (collection.buffer().isEmpty()) {
      return Optional.empty();
    }
    var buffer = collection.buffer().get();
    RowCursor rows = buffer.inIdOrder(Optional.empty(), version);
    return rows.next() ? Optional.of(writeSegment(collection, buffer, rows)) : Optional.empty();
  }

  /// @param rows stands on its first row
  private NewSegment writeSegment(FrozenCollection collection, ActiveBuffer buffer, RowCursor rows)
      throws IOException {
    String directory = manifests.collectionDirectory(collection.head().id());
    int dimension = collection.head().descriptor().dimension();
    var codec = collection.head().keys().codec();
    var bufferRows = new RowNumberList(buffer.rowCount());
    SegmentSummary summary;
    try (var writer =
        new SegmentWriter(
            storage,
            directory,
            manifests.drawSegmentId(),
            dimension,
            collection.head().settings().filterableFields(),
            codec)) {
      do {
        writer.add(segmentRow(buffer, rows));
        bufferRows.add(rows.row());
      } while (rows.next());
      summary = writer.finish();
    }
    var segment = Segment.open(storage, directory, summary, dimension, codec, cache);
    segment.owe(segment.rowCount());
    return new NewSegment(collection.head().id(), segment, buffer, bufferRows);
  }

  private static SegmentRow segmentRow(ActiveBuffer buffer, RowCursor rows) {
    return new SegmentRow(
        rows.id(),
        buffer.vector(rows.row()),
        rows.payload(),
        rows.version(),
        rows.hashHigh(),
        rows.hashLow());
  }

  private Manifest.Collection.Builder describe(
      FrozenCollection collection,
      Optional<NewSegment> newSegment,
      long version,
      PreviousManifest before)
      throws IOException {
    var head = collection.head();
    var description =
        Manifest.Collection.newBuilder()
            .setId(head.id())
            .setName(head.name())
            .setCollectionDescriptor(OpProtos.toProto(head.descriptor()))
            .setSettings(OpProtos.toProto(head.settings()))
            .setCatalogIndex(head.catalogIndex())
            .setWrappedKeys(head.keys().wrapped())
            .setHashSumHigh(collection.hashSum().high())
            .setHashSumLow(collection.hashSum().low());
    for (var rows : collection.segments()) {
      description.addSegments(describe(head, rows, version, before));
    }
    newSegment.ifPresent(
        segment -> description.addSegments(ManifestStore.toProto(segment.segment().summary())));
    return description;
  }

  private Manifest.Segment describe(
      CollectionHead head, SegmentRows rows, long version, PreviousManifest before)
      throws IOException {
    long id = rows.segment().id();
    var description = before.segment(id).toBuilder();
    var dead = rows.deaths().deadAsOf(version);
    // Rows only ever die: as many dead ones are the same dead ones.
    if (dead.getCardinality() != rows.deaths().deadAsOf(before.version()).getCardinality()) {
      long fileVersion = manifests.nextVersion();
      DeadRowsFile.write(
          storage,
          manifests.collectionDirectory(head.id()),
          id,
          fileVersion,
          dead,
          head.keys().codec());
      description.setDeadRowsVersion(fileVersion);
    }
    return description.build();
  }

  /// What the manifest before says.
  private static final class PreviousManifest {
    private final long version;
    private final Map<Long, Manifest.Collection> collections;
    private final Map<Long, Manifest.Segment> segments;

    PreviousManifest(Manifest manifest) {
      this.version = manifest.getOpCounter();
      this.collections =
          manifest.getCollectionsList().stream()
              .collect(Collectors.toMap(Manifest.Collection::getId, collection -> collection));
      this.segments =
          manifest.getCollectionsList().stream()
              .flatMap(collection -> collection.getSegmentsList().stream())
              .collect(Collectors.toMap(Manifest.Segment::getId, segment -> segment));
    }

    /// Its operation counter.
    long version() {
      return version;
    }

    Optional<Manifest.Collection> collection(long id) {
      return Optional.ofNullable(collections.get(id));
    }

    Manifest.Segment segment(long id) {
      return Optional.ofNullable(segments.get(id)).orElseThrow();
    }
  }

  /// A segment written from a buffer.
  ///
  /// @param bufferRows of each of its rows, the row of the buffer
  record NewSegment(
      long collectionId, Segment segment, ActiveBuffer buffer, RowNumberList bufferRows) {
    /// With the deaths of its rows since the buffer was frozen.
    SegmentRows rows() {
      var deaths = new RowDeaths(segment.rowCount());
      for (int row = 0; row < segment.rowCount(); row++) {
        long deathAt = buffer.deathAt(bufferRows.get(row));
        if (deathAt != ActiveBuffer.ALIVE) {
          deaths.markDead(row, deathAt);
        }
      }
      return new SegmentRows(segment, deaths);
    }
  }
}
