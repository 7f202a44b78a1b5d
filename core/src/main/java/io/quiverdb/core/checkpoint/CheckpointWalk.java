package io.quiverdb.core.checkpoint;

import io.quiverdb.core.Damage;
import io.quiverdb.core.IndexDigest;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.Verification;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.format.PageFile;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestChain;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.rows.MergedRows;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.segment.RowDeaths;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.segment.SegmentFiles;
import io.quiverdb.core.segment.SegmentPages;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionState;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.state.RowHash;
import io.quiverdb.core.state.ShardState;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// One verification of one manifest.
final class CheckpointWalk {
  private final ReadableStorage storage;
  private final PublishedManifest published;
  private final KeyRing keyRing;
  private final StoreKeys keys;
  private final FeatureLevels levels;
  private final RandomGenerator seeds;
  private final int parts;
  private final Findings findings = new Findings();
  private final List<CollectionState> collections = new ArrayList<>();
  private final List<IndexDigest> indexes = new ArrayList<>();
  private Optional<RequestWindow> window = Optional.empty();

  /// @param seeds does not show in the result
  /// @param parts that the rows of a segment are gone over in, at a time
  CheckpointWalk(
      ReadableStorage storage,
      PublishedManifest published,
      KeyRing keyRing,
      FeatureLevels levels,
      RandomGenerator seeds,
      int parts) {
    this.storage = storage;
    this.published = published;
    this.keyRing = keyRing;
    this.keys = new StoreKeys(keyRing, ManifestStore.uuid(published.manifest().getStoreId()));
    this.levels = levels;
    this.seeds = seeds;
    this.parts = parts;
  }

  Verification all() throws IOException {
    levels.requireSupported(published.path(), published.manifest().getFeatureLevel());
    verifyChain();
    boolean _ = findings.complete(published.path(), this::verifyWindow);
    count(published.files());
    for (var collection : published.manifest().getCollectionsList()) {
      boolean _ = findings.complete(published.path(), () -> verifyCollection(collection));
    }
    return result(published.manifest(), stateHash(published.manifest()));
  }

  Verification collection(long id) throws IOException {
    verifyChain();
    count(List.of(published.path()));
    var collection = published.collection(id);
    if (collection.isPresent()) {
      String directory = published.collectionDirectory(id) + "/";
      count(published.files().stream().filter(path -> path.startsWith(directory)).toList());
      boolean _ = findings.complete(published.path(), () -> verifyCollection(collection.get()));
    }
    return result(published.manifest(), Optional.empty());
  }

  private void verifyChain() throws IOException {
    boolean _ =
        findings.complete(
            published.path(),
            () -> new ManifestChain(storage, keyRing, findings::add).verify(published));
  }

  private Verification result(Manifest manifest, Optional<StateHash> stateHash) {
    return new Verification(
        manifest.getVersion(),
        OpProtos.position(manifest.getPosition()),
        findings.fileCount(),
        findings.byteCount(),
        findings.rowCount(),
        stateHash,
        List.copyOf(findings.damages()),
        findings.damageCount(),
        IndexCoverage.NOTHING,
        indexes);
  }

  private Optional<StateHash> stateHash(Manifest manifest) {
    if (findings.damageCount() > 0 || window.isEmpty()) {
      return Optional.empty();
    }
    var state =
        new ShardState(
            OpProtos.position(manifest.getPosition()),
            manifest.getOpCounter(),
            manifest.getEpoch(),
            manifest.getFeatureLevel(),
            OpProtos.slots(manifest.getSlotsList()),
            collections,
            CheckpointReader.tombstones(manifest),
            window.get(),
            seeds);
    return Optional.of(state.hash());
  }

  private void count(List<String> paths) throws IOException {
    for (var path : paths) {
      if (storage.exists(path)) {
        try (var arena = Arena.ofConfined()) {
          findings.countFile(storage.open(path, arena).length());
        }
      }
    }
  }

  private void verifyWindow() throws IOException {
    var rules = levels.rules(published.manifest().getFeatureLevel());
    byte[] encoded = ManifestStore.readWindow(storage, published, keys.catalog());
    boolean _ =
        findings.complete(
            published.window().orElse(published.path()),
            () ->
                window = Optional.of(RequestWindow.decode(encoded, rules.requestWindowBytesMax())));
  }

  private void verifyCollection(Manifest.Collection collection) throws IOException {
    var head = CheckpointReader.head(collection, keys);
    var segments = new ArrayList<SegmentRows>();
    try {
      verifyCollection(collection, head, segments);
    } finally {
      segments.forEach(rows -> rows.segment().release());
    }
  }

  private void verifyCollection(
      Manifest.Collection collection, CollectionHead head, List<SegmentRows> segments)
      throws IOException {
    Supplier<RowHash> hashes = () -> new RowHash(head.keys().rowHashMac());
    long damagesBefore = findings.damageCount();
    long opCounter = published.manifest().getOpCounter();
    Hash128 sum = Hash128.ZERO;
    for (var stream : collection.getIndexStreamsList()) {
      verifyStream(head, OptionalLong.empty(), stream);
    }
    for (var segment : collection.getSegmentsList()) {
      for (var stream : segment.getIndexStreamsList()) {
        verifyStream(head, OptionalLong.of(segment.getId()), stream);
      }
      String path = published.collectionDirectory(head.id()) + "/seg-" + segment.getId();
      var pages = pages(head, segment);
      boolean _ = findings.complete(path, pages::verifySecondary);
      var rows = openSegment(head, segment);
      if (rows.isPresent()) {
        segments.add(rows.get());
        sum =
            sum.plus(
                new SegmentVerifier(rows.get(), hashes, opCounter, findings).verify(path, parts));
        // To read the rows was to look at their pages.
        boolean _ =
            findings.complete(
                path, () -> rows.get().segment().verifyUnread(e -> findings.add(Damage.of(e))));
      } else {
        boolean _ = findings.complete(path, () -> pages.verifyRows(head.descriptor().dimension()));
      }
    }
    if (findings.damageCount() == damagesBefore) {
      verifyWhole(collection, sum);
      long size = verifyIdsAreDistinct(collection, segments);
      collections.add(new CollectionState(head, segments, size, sum, seeds));
    }
  }

  private void verifyStream(
      CollectionHead head, OptionalLong segmentId, Manifest.IndexStream stream) throws IOException {
    String path = published.stream(head.id(), segmentId, stream);
    boolean _ =
        findings.complete(
            path,
            () -> {
              try (var arena = Arena.ofConfined()) {
                var file =
                    PageFile.open(
                        storage,
                        path,
                        stream.getFileBytes(),
                        stream.getFileId(),
                        PageType.INDEX_STREAM,
                        PageFormat.PAGE_BYTES,
                        head.keys().codec(),
                        PageCache.NONE,
                        arena);
                verifyStream(
                    file,
                    (bytes, sha256) ->
                        indexes.add(
                            new IndexDigest(
                                head.id(), segmentId, stream.getName(), path, bytes, sha256)));
              }
            });
  }

  @FunctionalInterface
  private interface SoundStream {
    void accept(long bytes, String sha256);
  }

  /// @param sound hears of it if nothing is wrong
  private void verifyStream(PageFile file, SoundStream sound) {
    var digest = sha256();
    var bytes = new AtomicLong();
    var damaged = new AtomicBoolean();
    file.verify(
        body -> {
          digest.update(body.asByteBuffer());
          bytes.addAndGet(body.byteSize());
        },
        e -> {
          damaged.set(true);
          findings.add(Damage.of(e));
        });
    if (!damaged.get() && indexes.size() < Verification.INDEXES_MAX) {
      sound.accept(bytes.get(), HexFormat.of().formatHex(digest.digest()));
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every platform has SHA-256", e);
    }
  }

  private SegmentPages pages(CollectionHead head, Manifest.Segment segment) {
    return new SegmentPages(
        storage,
        published.collectionDirectory(head.id()),
        ManifestStore.summary(segment),
        head.keys().codec(),
        findings::add);
  }

  /// Empty if it cannot be opened. Where it is not known which rows are dead, all count as alive.
  private Optional<SegmentRows> openSegment(CollectionHead head, Manifest.Segment segment)
      throws IOException {
    String directory = published.collectionDirectory(head.id());
    long opCounter = published.manifest().getOpCounter();
    int dimension = head.descriptor().dimension();
    var codec = head.keys().codec();
    var summary = ManifestStore.summary(segment);
    var deaths = new RowDeaths[] {new RowDeaths(segment.getRowCount())};
    boolean _ =
        findings.complete(
            directory + "/" + deadRowsName(segment),
            () ->
                deaths[0] =
                    CheckpointReader.readDeaths(storage, directory, segment, opCounter, codec));
    var opened = new ArrayList<SegmentRows>();
    boolean _ =
        findings.complete(
            directory + "/seg-" + segment.getId(),
            () ->
                opened.add(
                    new SegmentRows(
                        Segment.open(storage, directory, summary, dimension, codec), deaths[0])));
    return opened.stream().findFirst();
  }

  private static String deadRowsName(Manifest.Segment segment) {
    return SegmentFiles.deadRowsName(segment.getId(), segment.getDeadRowsVersion());
  }

  private void verifyWhole(Manifest.Collection collection, Hash128 computed) {
    var recorded = new Hash128(collection.getHashSumHigh(), collection.getHashSumLow());
    if (!computed.equals(recorded)) {
      findings.add(
          new Damage(
              published.path(),
              OptionalLong.empty(),
              0,
              "sum of the rows' hashes of collection " + Long.toUnsignedString(collection.getId()),
              computed.toString(),
              recorded.toString()));
    }
  }

  /// @return how many rows live
  private long verifyIdsAreDistinct(Manifest.Collection collection, List<SegmentRows> segments) {
    var rows = new MergedRows(segments, Optional.empty(), published.manifest().getOpCounter());
    byte[] idBefore = {};
    long size = 0;
    for (var row = rows.next(); row.isPresent(); row = rows.next()) {
      byte[] id = row.get().id();
      if (Arrays.equals(id, idBefore)) {
        findings.add(
            new Damage(
                published.path(),
                OptionalLong.empty(),
                0,
                "live rows of one id in collection " + Long.toUnsignedString(collection.getId()),
                "1",
                "2"));
        break; // The id itself is not to be shown.
      }
      idBefore = id;
      size++;
    }
    return size;
  }
}
