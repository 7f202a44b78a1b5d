package io.quiverdb.core.checkpoint;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.format.FileHeader;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.op.FeatureLevels;
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
import io.quiverdb.core.state.Tombstone;
import io.quiverdb.core.storage.ReadableStorage;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Reads the state that a manifest describes. Changes nothing on disk.
public final class CheckpointReader {
  private final Storage storage;
  private final KeyRing keyRing;
  private final PageCache cache;
  private final RandomGenerator hashSeeds;

  /// @param cache for the segments that it opens
  public CheckpointReader(
      Storage storage, KeyRing keyRing, PageCache cache, RandomGenerator hashSeeds) {
    this.storage = storage;
    this.keyRing = keyRing;
    this.cache = cache;
    this.hashSeeds = hashSeeds;
  }

  /// Whoever gets the state is the first user of its segments.
  ///
  /// @param published empty before the first checkpoint
  /// @throws io.quiverdb.core.WrongKeyException if a collection's keys are not wrapped by ours
  /// @throws CorruptFileException if a file does not hold what was written to it
  /// @throws io.quiverdb.core.UnsupportedFormatException if it is of none of the levels
  public ShardState read(Optional<PublishedManifest> published, FeatureLevels levels)
      throws IOException {
    return published.isPresent()
        ? read(published.get(), levels)
        : ShardState.initial(
            FeatureLevels.FIRST,
            levels.rules(FeatureLevels.FIRST).requestWindowBytesMax(),
            hashSeeds);
  }

  private ShardState read(PublishedManifest published, FeatureLevels levels) throws IOException {
    var manifest = published.manifest();
    levels.requireSupported(published.path(), manifest.getFeatureLevel());
    long windowBytesMax = levels.rules(manifest.getFeatureLevel()).requestWindowBytesMax();
    var collections = new ArrayList<CollectionState>();
    try {
      for (var collection : manifest.getCollectionsList()) {
        collections.add(readCollection(published, collection));
      }
      return state(published, collections, windowBytesMax);
    } catch (Throwable e) {
      collections.forEach(CollectionState::releaseSegments);
      throw e;
    }
  }

  private ShardState state(
      PublishedManifest published, List<CollectionState> collections, long windowBytesMax)
      throws IOException {
    var manifest = published.manifest();
    return new ShardState(
        OpProtos.position(manifest.getPosition()),
        manifest.getOpCounter(),
        manifest.getEpoch(),
        manifest.getFeatureLevel(),
        OpProtos.slots(manifest.getSlotsList()),
        collections,
        tombstones(manifest),
        window(published, windowBytesMax),
        hashSeeds);
  }

  private RequestWindow window(PublishedManifest published, long windowBytesMax)
      throws IOException {
    try {
      return RequestWindow.decode(readWindow(published), windowBytesMax);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          published.window().orElse(published.path()),
          FileHeader.BYTES,
          "window",
          "as it was written",
          String.valueOf(e.getMessage()));
    }
  }

  /// By collection id.
  public static Map<Long, Tombstone> tombstones(Manifest manifest) {
    return manifest.getTombstonesList().stream()
        .collect(
            Collectors.toMap(
                Manifest.Tombstone::getCollectionId,
                proto ->
                    new Tombstone(
                        proto.getCatalogIndex(), proto.getShredding(), proto.getShreddedAt())));
  }

  /// Encoded.
  public byte[] readWindow(PublishedManifest published) throws IOException {
    return ManifestStore.readWindow(storage, published, keys(published).catalog());
  }

  private StoreKeys keys(PublishedManifest published) {
    return new StoreKeys(keyRing, ManifestStore.uuid(published.manifest().getStoreId()));
  }

  private CollectionState readCollection(
      PublishedManifest published, Manifest.Collection collection) throws IOException {
    var head = head(published, collection);
    var segments = readSegments(published, collection, head);
    long version = published.manifest().getOpCounter();
    long size = 0;
    for (var rows : segments) {
      size += rows.segment().rowCount() - rows.deaths().deadAsOf(version).getLongCardinality();
    }
    var hashSum = new Hash128(collection.getHashSumHigh(), collection.getHashSumLow());
    return new CollectionState(head, segments, size, hashSum, hashSeeds);
  }

  /// The segments of a collection, oldest first, with what is dead as of the manifest. To be
  /// released.
  ///
  /// @param head of the collection
  public List<SegmentRows> readSegments(
      PublishedManifest published, Manifest.Collection collection, CollectionHead head)
      throws IOException {
    String directory = published.collectionDirectory(collection.getId());
    var segments = new ArrayList<SegmentRows>();
    try {
      for (var segment : collection.getSegmentsList()) {
        segments.add(readSegment(directory, segment, head, published.manifest().getOpCounter()));
      }
      return segments;
    } catch (Throwable e) {
      segments.forEach(rows -> rows.segment().release());
      throw e;
    }
  }

  /// @throws io.quiverdb.core.WrongKeyException if its keys are not wrapped by ours
  public CollectionHead head(PublishedManifest published, Manifest.Collection collection) {
    return head(collection, keys(published));
  }

  static CollectionHead head(Manifest.Collection collection, StoreKeys keys) {
    return new CollectionHead(
        collection.getId(),
        collection.getName(),
        OpProtos.descriptor(collection.getCollectionDescriptor()),
        OpProtos.settings(collection.getSettings()),
        collection.getCatalogIndex(),
        keys.collection(collection.getId(), collection.getWrappedKeys()));
  }

  private SegmentRows readSegment(
      String directory, Manifest.Segment segment, CollectionHead head, long version)
      throws IOException {
    var codec = head.keys().codec();
    var deaths = readDeaths(storage, directory, segment, version, codec);
    var opened =
        Segment.open(
            storage,
            directory,
            ManifestStore.summary(segment),
            head.descriptor().dimension(),
            codec,
            cache);
    return new SegmentRows(opened, deaths);
  }

  /// Which rows of a segment are dead as of a manifest.
  ///
  /// @param directory of the collection
  /// @param version the manifest's operation counter
  public RowDeaths readDeaths(
      String directory, Manifest.Segment segment, long version, PageCodec codec)
      throws IOException {
    return readDeaths(storage, directory, segment, version, codec);
  }

  static RowDeaths readDeaths(
      ReadableStorage storage,
      String directory,
      Manifest.Segment segment,
      long version,
      PageCodec codec)
      throws IOException {
    if (!segment.hasDeadRowsVersion()) {
      return new RowDeaths(segment.getRowCount());
    }
    var dead =
        DeadRowsFile.read(
            storage,
            directory,
            segment.getId(),
            segment.getDeadRowsVersion(),
            segment.getRowCount(),
            codec);
    return new RowDeaths(segment.getRowCount(), dead, version);
  }
}
