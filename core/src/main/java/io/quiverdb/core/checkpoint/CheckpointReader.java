package io.quiverdb.core.checkpoint;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.segment.DeadRowsFile;
import io.quiverdb.core.segment.RowDeaths;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionState;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.state.ShardState;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Reads the state that the live manifest describes. Changes nothing on disk.
public final class CheckpointReader {
  private final Storage storage;
  private final ManifestStore manifests;
  private final PageCodec codec;
  private final RandomGenerator hashSeeds;

  public CheckpointReader(
      Storage storage, ManifestStore manifests, PageCodec codec, RandomGenerator hashSeeds) {
    this.storage = storage;
    this.manifests = manifests;
    this.codec = codec;
    this.hashSeeds = hashSeeds;
  }

  /// @throws CorruptFileException if a file does not hold what was written to it
  public ShardState read(long windowBytesMax) throws IOException {
    var live = manifests.live();
    return live.isPresent()
        ? read(live.get(), windowBytesMax)
        : ShardState.initial(windowBytesMax, hashSeeds);
  }

  private ShardState read(Manifest manifest, long windowBytesMax) throws IOException {
    var collections = new ArrayList<CollectionState>();
    for (var collection : manifest.getCollectionsList()) {
      collections.add(readCollection(collection, manifest.getOpCounter()));
    }
    Map<Long, Long> tombstones =
        manifest.getTombstonesList().stream()
            .collect(
                Collectors.toMap(
                    Manifest.Tombstone::getCollectionId, Manifest.Tombstone::getCatalogIndex));
    return new ShardState(
        OpProtos.position(manifest.getPosition()),
        manifest.getOpCounter(),
        manifest.getEpoch(),
        OpProtos.slots(manifest.getSlotsList()),
        collections,
        tombstones,
        RequestWindow.decode(manifests.readWindow(), windowBytesMax),
        hashSeeds);
  }

  private CollectionState readCollection(Manifest.Collection collection, long version)
      throws IOException {
    var head = head(collection);
    var segments = new ArrayList<SegmentRows>();
    long size = 0;
    for (var segment : collection.getSegmentsList()) {
      var rows =
          readSegment(
              manifests.collectionDirectory(collection.getId()),
              segment,
              head.descriptor(),
              version);
      segments.add(rows);
      size += segment.getRowCount() - rows.deaths().deadAsOf(version).getLongCardinality();
    }
    var hashSum = new Hash128(collection.getHashSumHigh(), collection.getHashSumLow());
    return new CollectionState(head, segments, size, hashSum, hashSeeds);
  }

  static CollectionHead head(Manifest.Collection collection) {
    return new CollectionHead(
        collection.getId(),
        collection.getName(),
        OpProtos.descriptor(collection.getCollectionDescriptor()),
        OpProtos.settings(collection.getSettings()),
        collection.getCatalogIndex(),
        collection.getHashKey());
  }

  private SegmentRows readSegment(
      String directory, Manifest.Segment segment, Descriptor descriptor, long version)
      throws IOException {
    var opened =
        Segment.open(
            storage, directory, ManifestStore.summary(segment), descriptor.dimension(), codec);
    return new SegmentRows(opened, readDeaths(storage, directory, segment, version, codec));
  }

  /// @param directory of the collection
  /// @param version the manifest's operation counter
  static RowDeaths readDeaths(
      Storage storage, String directory, Manifest.Segment segment, long version, PageCodec codec)
      throws IOException {
    if (!segment.hasDeadRowsVersion()) {
      return new RowDeaths(segment.getRowCount());
    }
    var dead =
        DeadRowsFile.read(storage, directory, segment.getId(), segment.getDeadRowsVersion(), codec);
    return new RowDeaths(segment.getRowCount(), dead, version);
  }
}
