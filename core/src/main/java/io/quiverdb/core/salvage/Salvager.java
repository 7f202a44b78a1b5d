package io.quiverdb.core.salvage;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.SalvageReport;
import io.quiverdb.core.checkpoint.CheckpointReader;
import io.quiverdb.core.checkpoint.Findings;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.segment.RowDeaths;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.snapshot.SnapshotOp;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.state.RowHash;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Reads a damaged store as the operations of a snapshot, and leaves out what cannot be read: a row
/// on a damaged page, a segment of which too little is left. Changes nothing.
public final class Salvager implements Iterator<SnapshotOp>, AutoCloseable {
  private final Storage storage;
  private final CheckpointReader reader;
  private final PublishedManifest published;
  private final Findings findings;
  private final Iterator<Manifest.Collection> collections;
  private final PriorityQueue<Head> rows =
      new PriorityQueue<>((left, right) -> Arrays.compareUnsigned(left.row.id(), right.row.id()));

  /// Of the collection that is being read.
  private final List<Segment> segments = new ArrayList<>();

  private Optional<SnapshotOp> next;
  private Optional<ReadFailedException> failure = Optional.empty();
  private long collectionCount;
  private long pointCount;

  private Salvager(
      Storage storage,
      KeyRing keyRing,
      RandomGenerator random,
      PublishedManifest published,
      Findings findings)
      throws IOException {
    this.storage = storage;
    this.reader = new CheckpointReader(storage, keyRing, PageCache.NONE, random);
    this.published = published;
    this.findings = findings;
    this.collections = published.manifest().getCollectionsList().iterator();
    this.next = Optional.of(restore());
  }

  /// Finds the live manifest or, where that cannot be read, the newest one that can.
  ///
  /// @param random does not show in the result
  /// @throws CorruptFileException if there is no manifest that can be read: without it there is no
  ///   key, and nobody knows what the files are
  public static Salvager open(Storage storage, KeyRing keyRing, RandomGenerator random)
      throws IOException {
    var findings = new Findings();
    Optional<PublishedManifest> published;
    try {
      published = ManifestStore.open(storage, random, keyRing, Optional.empty()).published();
    } catch (CorruptFileException e) {
      findings.add(Damage.of(e));
      published = Optional.empty();
    }
    if (published.isEmpty()) {
      published = ManifestStore.newestReadable(storage, keyRing);
    }
    return new Salvager(
        storage,
        keyRing,
        random,
        published.orElseThrow(
            () -> new CorruptFileException("CURRENT", 0, "manifests", "one to read", "none")),
        findings);
  }

  /// The store that it is of.
  public UUID storeId() {
    return ManifestStore.uuid(published.manifest().getStoreId());
  }

  /// Lets go of the files that it reads.
  @Override
  public void close() {
    segments.forEach(Segment::release);
    segments.clear();
  }

  /// When all has been read.
  public SalvageReport report() {
    return new SalvageReport(
        OpProtos.position(published.manifest().getPosition()),
        collectionCount,
        pointCount,
        0,
        0,
        List.copyOf(findings.damages()),
        findings.damageCount());
  }

  private SnapshotOp restore() throws IOException {
    var manifest = published.manifest();
    var position = OpProtos.position(manifest.getPosition());
    // Without the window nobody knows which requests were settled: all that are older may have
    // been.
    List<byte[]> window = new ArrayList<>();
    if (!findings.complete(
        published.window().orElse(published.path()),
        () -> {
          byte[] encoded = reader.readWindow(published);
          RequestWindow _ = RequestWindow.decode(encoded, RequestWindow.BYTES_MAX);
          window.add(encoded);
        })) {
      window.clear();
      window.add(RequestWindow.forgotten(position).freeze().encode());
    }
    return new SnapshotOp.Restore(
        position,
        manifest.getOpCounter(),
        manifest.getEpoch(),
        manifest.getFeatureLevel(),
        OpProtos.slots(manifest.getSlotsList()),
        CheckpointReader.tombstones(manifest),
        window.getFirst());
  }

  @Override
  public boolean hasNext() {
    return next.isPresent();
  }

  @Override
  public SnapshotOp next() {
    if (failure.isPresent()) {
      throw failure.get();
    }
    var op = next.orElseThrow(NoSuchElementException::new);
    try {
      next = read();
    } catch (IOException e) {
      // Part of what is next has been passed by.
      failure = Optional.of(new ReadFailedException("store: cannot be salvaged", e));
      throw failure.get();
    }
    return op;
  }

  private Optional<SnapshotOp> read() throws IOException {
    var row = nextRow();
    if (row.isPresent()) {
      pointCount++;
      return Optional.of(new SnapshotOp.Put(row.get().point()));
    }
    if (!collections.hasNext()) {
      return Optional.empty();
    }
    close();
    var collection = collections.next();
    var head = reader.head(published, collection);
    for (var segment : collection.getSegmentsList()) {
      open(head, segment);
    }
    collectionCount++;
    return Optional.of(new SnapshotOp.Create(head));
  }

  /// Of several rows of one id, which there are only where it is not known which are dead, the
  /// youngest.
  private Optional<SalvagedSegment.Row> nextRow() throws IOException {
    var first = poll();
    if (first.isEmpty()) {
      return Optional.empty();
    }
    var youngest = first.get();
    while (!rows.isEmpty() && Arrays.equals(rows.element().row.id(), youngest.id())) {
      var other = poll().orElseThrow();
      if (other.point().version() > youngest.point().version()) {
        youngest = other;
      }
    }
    return Optional.of(youngest);
  }

  private Optional<SalvagedSegment.Row> poll() throws IOException {
    var head = rows.poll();
    if (head == null) {
      return Optional.empty();
    }
    advance(head.segment);
    return Optional.of(head.row);
  }

  private void advance(SalvagedSegment segment) throws IOException {
    segment.next().ifPresent(row -> rows.add(new Head(row, segment)));
  }

  private record Head(SalvagedSegment.Row row, SalvagedSegment segment) {}

  private void open(CollectionHead head, Manifest.Segment segment) throws IOException {
    String directory = published.collectionDirectory(head.id());
    String path = directory + "/seg-" + segment.getId();
    int dimension = head.descriptor().dimension();
    var summary = ManifestStore.summary(segment);
    var codec = head.keys().codec();
    long opCounter = published.manifest().getOpCounter();
    List<Segment> opened = new ArrayList<>(1);
    boolean isWhole =
        findings.complete(
            path, () -> opened.add(Segment.open(storage, directory, summary, dimension, codec)));
    if (!isWhole) {
      // The directory only says again what the pages of ids hold.
      boolean _ =
          findings.complete(
              path,
              () ->
                  opened.add(
                      Segment.openWithoutDirectory(storage, directory, summary, dimension, codec)));
    }
    if (opened.isEmpty()) {
      return;
    }
    segments.add(opened.getFirst());
    List<RowDeaths> deaths = new ArrayList<>(1);
    if (!findings.complete(
        path, () -> deaths.add(reader.readDeaths(directory, segment, opCounter, codec)))) {
      deaths.add(new RowDeaths(segment.getRowCount()));
    }
    advance(
        new SalvagedSegment(
            opened.getFirst(),
            deaths.getFirst(),
            new RowHash(head.keys().rowHashMac()),
            opCounter,
            path + ".ids",
            findings));
  }
}
