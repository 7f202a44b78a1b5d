package io.quiverdb.core.engine;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.Metric;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.StaleGenerationException;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.StoreStats.IndexWork;
import io.quiverdb.core.index.GraphBuild;
import io.quiverdb.core.index.GraphDamagedException;
import io.quiverdb.core.index.GraphIndex;
import io.quiverdb.core.index.GraphSeed;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.ResidentVectors;
import io.quiverdb.core.index.VectorIndex;
import io.quiverdb.core.rows.RowSource;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.state.CollectionSnapshot;
import io.quiverdb.core.stream.StreamFiles;
import io.quiverdb.core.view.PinnedView;
import io.quiverdb.core.view.PublishedState;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives the segments of an open store the graphs that they lack: reads those that are attached to
/// them, and builds and attaches the others. Until a segment has its graph, searches look at all of
/// its rows; nothing that is applied depends on it.
public final class SegmentIndexing {
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  /// That read the vectors of a segment: all there are, for it takes a moment that searches wait
  /// for.
  private static final int READERS = Runtime.getRuntime().availableProcessors();

  /// Of what the heap may grow to, for a graph that is built.
  private static final int HEAP_SHARE = 2;

  /// More than any budget has.
  private static final long FOR_GOOD = Long.MAX_VALUE;

  private static final Segment.IndexReading NOTHING_READ = () -> {};

  /// Those whose graphs are in files: to build one takes a thousand times as long. Of each the
  /// largest first: the search of all its rows costs the most.
  private static final Comparator<Lacking> READ_FIRST =
      Comparator.comparing(Lacking::inFile)
          .thenComparingInt(one -> one.segment.rowCount())
          .reversed();

  private static final long OWED_FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Health health;
  private final LiveState live;
  private final IndexSnapshots indexes;
  private final Indexing indexing;
  private final LongSupplier nanoClock;

  /// Held over a whole pass.
  private final ReentrantLock passing = new ReentrantLock();

  /// Segments that are not to be tried, and how much room of the budget would change that. Guarded
  /// by itself.
  private final Map<Segment, Long> refused = new WeakHashMap<>();

  /// Streams that were found damaged though their graphs are in memory.
  private final Set<StreamFiles.OfSegment> damaged = ConcurrentHashMap.newKeySet();

  private volatile Owed owed;

  /// Whose part of the budget is reserved already.
  private volatile @Nullable Segment building;

  private final LongAdder rowsBuilt = new LongAdder();
  private final LongAdder rowsRead = new LongAdder();
  private final LongAdder graphsDamaged = new LongAdder();

  SegmentIndexing(
      Health health,
      LiveState live,
      IndexSnapshots indexes,
      Indexing indexing,
      LongSupplier nanoClock) {
    this.health = health;
    this.live = live;
    this.indexes = indexes;
    this.indexing = indexing;
    this.nanoClock = nanoClock;
    this.owed = new Owed(0, nanoClock.getAsLong() - OWED_FRESH_NANOS);
  }

  /// Since the store was opened.
  IndexWork work() {
    return new IndexWork(rowsBuilt.sum(), rowsRead.sum(), graphsDamaged.sum());
  }

  /// Rows of segments that lack a graph in memory and are large enough for one: as a store has them
  /// when it is opened.
  ///
  /// @param inFiles whose graphs only have to be read
  /// @param toBuild which have none
  record Owing(long inFiles, long toBuild) {}

  Owing owing() {
    long inFiles = 0;
    long toBuild = 0;
    for (var due : due(live.head())) {
      if (due.inFile) {
        inFiles += due.segment.rowCount();
      } else {
        toBuild += due.segment.rowCount();
      }
    }
    return new Owing(inFiles, toBuild);
  }

  /// Of the segments of a collection.
  IndexCoverage coverage(CollectionSnapshot collection) {
    var sum = IndexCoverage.NOTHING;
    for (var source : collection.sources()) {
      if (source instanceof SegmentRows(var segment, _)) {
        sum = sum.plus(coverage(segment));
      }
    }
    return sum;
  }

  private IndexCoverage coverage(Segment segment) {
    int rows = segment.rowCount();
    var index = segment.vectorIndex();
    if (index.isPresent()) {
      return new IndexCoverage(rows, 0, 0, 0, 0, index.get().bytes());
    }
    if (rows < indexing.rowsMin()) {
      return new IndexCoverage(0, 0, 0, rows, 0, 0);
    }
    var refusedBytes = refusedBytes(segment);
    if (refusedBytes.isEmpty()) {
      return new IndexCoverage(0, rows, 0, 0, 0, 0);
    }
    long neededBytes = refusedBytes.getAsLong() == FOR_GOOD ? 0 : refusedBytes.getAsLong();
    return new IndexCoverage(0, 0, rows, 0, neededBytes, 0);
  }

  /// How many rows were written since the store was opened whose graphs are to be built yet, for
  /// writers to be held back by. What is refused, or would not fit the budget, is none of them, and
  /// nothing that a merge has written anew. As of a moment ago: cheap enough for every write.
  public long owedRows() {
    long now = nanoClock.getAsLong();
    var known = owed;
    if (now - known.nanos < OWED_FRESH_NANOS) {
      return known.rows;
    }
    long rows = countOwedRows();
    owed = new Owed(rows, now); // Two at once count the same.
    return rows;
  }

  private record Owed(long rows, long nanos) {}

  /// In the order in which they are built, as far as the budget reaches.
  private long countOwedRows() {
    long freeBytes = indexing.budget().bytesMax() - indexing.budget().bytes();
    long rows = 0;
    for (var due : due(live.head())) {
      var segment = due.segment;
      if (segment != building) {
        long neededBytes = ResidentVectors.bytesMax(segment.vectorColumn(), due.metric);
        if (neededBytes > freeBytes) {
          continue;
        }
        freeBytes -= neededBytes;
      }
      rows += segment.owedRows();
    }
    return rows;
  }

  private List<Lacking> due(PublishedState state) {
    List<Lacking> due = new ArrayList<>();
    for (var collection : state.snapshots()) {
      for (var source : collection.sources()) {
        if (!(source instanceof SegmentRows(var segment, _))) {
          continue;
        }
        if (segment.rowCount() < indexing.rowsMin()) {
          // A merge that made it so small did not know that it gets no graph.
          segment.dropGraphSeed();
        } else if (segment.vectorIndex().isEmpty() && refusedBytes(segment).isEmpty()) {
          long id = collection.head().id();
          due.add(
              new Lacking(
                  id,
                  collection.head().descriptor().metric(),
                  segment,
                  indexes.has(id, segment.id(), GraphIndex.STREAM)));
        }
      }
    }
    due.sort(READ_FIRST);
    return due;
  }

  /// Whether a segment lacks a graph that it could have.
  public boolean isDue() {
    return !health.isStopping()
        && health.isUsable()
        && (!damaged.isEmpty() || lacking(live.head()).isPresent());
  }

  /// Hears what a look at the files has found. What is of graphs is made good by the next pass.
  void note(List<Damage> damages) {
    damages.stream()
        .map(damage -> StreamFiles.ofSegment(damage.file()))
        .flatMap(Optional::stream)
        .forEach(damaged::add);
  }

  /// Works until no segment lacks a graph that it could have. A second caller waits for the first.
  ///
  /// @return how many graphs there are more
  public int run() {
    passing.lock();
    try {
      for (var stream : List.copyOf(damaged)) {
        damaged.remove(stream);
        writeAgain(stream);
      }
      long startNanos = nanoClock.getAsLong();
      var before = work();
      int made = indexAll();
      if (made > 0) {
        var after = work();
        log.info(
            "segments indexed graphs={} rowsRead={} rowsBuilt={} millis={}",
            made,
            after.rowsRead() - before.rowsRead(),
            after.rowsBuilt() - before.rowsBuilt(),
            millisSince(startNanos));
      }
      return made;
    } finally {
      passing.unlock();
    }
  }

  private int indexAll() {
    int made = 0;
    while (!health.isStopping()) {
      try (var view = live.view()) {
        var next = lacking(view.state());
        if (next.isEmpty()) {
          return made;
        }
        switch (index(view, next.get())) {
          case INDEXED -> made++;
          case REFUSED -> {}
          case GIVEN_UP -> {
            return made;
          }
        }
      }
    }
    return made;
  }

  /// Of a graph that is not in memory nothing is written: whoever reads it finds the damage.
  private void writeAgain(StreamFiles.OfSegment stream) {
    try (var view = live.view()) {
      var index = view.generation() == stream.generation() ? index(view, stream) : noIndex();
      if (index.isEmpty()) {
        return;
      }
      graphsDamaged.increment();
      boolean written =
          indexes.attach(
              stream.generation(),
              stream.collectionId(),
              stream.segmentId(),
              GraphIndex.STREAM,
              (out, _) -> index.get().writeTo(out));
      log.warn(
          "graph damaged, written again of memory collection={} segment={} written={}",
          Long.toUnsignedString(stream.collectionId()),
          stream.segmentId(),
          written);
    } catch (StaleGenerationException e) {
      log.debug("graph of an earlier generation", e);
    }
  }

  private static Optional<VectorIndex> noIndex() {
    return Optional.empty();
  }

  private static Optional<VectorIndex> index(PinnedView view, StreamFiles.OfSegment stream) {
    return view.snapshot(stream.collectionId()).stream()
        .flatMap(collection -> collection.sources().stream())
        .filter(source -> source.segmentId().equals(OptionalLong.of(stream.segmentId())))
        .findFirst()
        .flatMap(RowSource::vectorIndex);
  }

  /// Waits for a pass that is under way.
  void awaitIdle() {
    passing.lock();
    try {
      assert passing.isHeldByCurrentThread();
    } finally {
      passing.unlock();
    }
  }

  private enum Result {
    INDEXED,
    /// Not to be tried again, for now.
    REFUSED,
    /// The segment or the store is about to be gone.
    GIVEN_UP
  }

  /// @param inFile whether its graph only has to be read
  private record Lacking(long collectionId, Metric metric, Segment segment, boolean inFile) {}

  private Optional<Lacking> lacking(PublishedState state) {
    return due(state).stream().findFirst();
  }

  /// What would have to be free for it to be tried again; empty if it may be tried.
  private OptionalLong refusedBytes(Segment segment) {
    synchronized (refused) {
      Long neededBytes = refused.get(segment);
      return neededBytes == null || indexing.budget().hasRoomFor(neededBytes)
          ? OptionalLong.empty()
          : OptionalLong.of(neededBytes);
    }
  }

  /// @param neededBytes when so much of the budget is free it is tried again
  private void refuse(Segment segment, long neededBytes) {
    synchronized (refused) {
      refused.put(segment, neededBytes);
    }
  }

  private void refuseForGood(Segment segment) {
    refuse(segment, FOR_GOOD);
  }

  private Result index(PinnedView view, Lacking lacking) {
    building = lacking.segment;
    // Opened before anybody waits: that takes a lock which others hold while they search.
    try (var file = open(view, lacking);
        var reading = file.isThere() ? lacking.segment.beginIndexReading() : NOTHING_READ) {
      var vectors = load(lacking);
      if (vectors.isEmpty()) {
        reportNoRoom(lacking);
        return Result.REFUSED;
      }
      return index(view, lacking, vectors.get(), file, reading);
    } catch (InterruptedIOException
        | CancellationException
        | StaleGenerationException
        | StoreClosedException e) {
      log.debug("segment not indexed: not wanted any more segment={}", lacking.segment.id(), e);
      return Result.GIVEN_UP;
    } catch (IOException e) {
      refuseForGood(lacking.segment);
      throw new ReadFailedException("indexing: a file cannot be read", e);
    } catch (RuntimeException | Error e) {
      refuseForGood(lacking.segment);
      throw e;
    } finally {
      building = null;
      lacking.segment.dropGraphSeed();
    }
  }

  /// The stream of a graph, if there is one.
  private record GraphFile(Optional<InputStream> stream) implements Closeable {
    boolean isThere() {
      return stream.isPresent();
    }

    @Override
    public void close() throws IOException {
      if (stream.isPresent()) {
        stream.get().close();
      }
    }
  }

  private GraphFile open(PinnedView view, Lacking lacking) {
    try {
      return new GraphFile(
          indexes.open(
              view.generation(), lacking.collectionId, lacking.segment.id(), GraphIndex.STREAM));
    } catch (CorruptFileException e) {
      reportDamaged(lacking, e);
      return new GraphFile(Optional.empty());
    }
  }

  private void reportDamaged(Lacking lacking, Exception damage) {
    graphsDamaged.increment();
    log.warn(
        "graph damaged, to be built again collection={} segment={}",
        Long.toUnsignedString(lacking.collectionId),
        lacking.segment.id(),
        damage);
  }

  private Optional<ResidentVectors> load(Lacking lacking) throws IOException {
    var vectors = tryToLoad(lacking);
    if (vectors.isEmpty() && lacking.segment.graphSeed().isPresent()) {
      lacking.segment.dropGraphSeed();
      return tryToLoad(lacking);
    }
    return vectors;
  }

  private Optional<ResidentVectors> tryToLoad(Lacking lacking) throws IOException {
    try {
      return ResidentVectors.load(
          lacking.segment.vectorColumn(), lacking.metric, indexing.budget(), READERS);
    } catch (InternalError e) {
      // So the JVM reports a mapped page that the disk cannot give.
      throw new ReadFailedException("indexing: a page cannot be read", e);
    }
  }

  /// @param vectors taken over
  /// @param reading closed when nothing of a file is to be waited for
  private Result index(
      PinnedView view,
      Lacking lacking,
      ResidentVectors vectors,
      GraphFile file,
      Segment.IndexReading reading)
      throws IOException {
    Optional<GraphIndex> index;
    try {
      index = read(lacking, vectors, file);
      if (index.isEmpty()) {
        reading.close();
        var built = build(view, lacking, vectors);
        if (built != Result.INDEXED) {
          return built;
        }
        try (var made = open(view, lacking)) {
          index = read(lacking, vectors, made);
        }
      }
      return index.isPresent() && lacking.segment.attach(index.get())
          ? Result.INDEXED
          : Result.GIVEN_UP;
    } finally {
      if (lacking.segment.vectorIndex().isEmpty()) {
        vectors.close();
      }
    }
  }

  /// Empty if there is none, or none that is sound.
  private Optional<GraphIndex> read(Lacking lacking, ResidentVectors vectors, GraphFile file)
      throws IOException {
    if (!file.isThere()) {
      return Optional.empty();
    }
    long startNanos = nanoClock.getAsLong();
    try {
      var index = GraphIndex.read(file.stream().get(), vectors);
      rowsRead.add(index.rowCount());
      log.info(
          "graph read collection={} segment={} rows={} bytes={} millis={}",
          Long.toUnsignedString(lacking.collectionId),
          lacking.segment.id(),
          index.rowCount(),
          index.bytes(),
          millisSince(startNanos));
      return Optional.of(index);
    } catch (CorruptFileException | GraphDamagedException e) {
      reportDamaged(lacking, e);
      return Optional.empty();
    }
  }

  private Result build(PinnedView view, Lacking lacking, ResidentVectors vectors) {
    var segment = lacking.segment;
    if (!fitsHeap(lacking)) {
      refuseForGood(segment);
      return Result.REFUSED;
    }
    long startNanos = nanoClock.getAsLong();
    int keptRows = segment.graphSeed().map(GraphSeed::keptCount).orElse(0);
    var graph = build(lacking, vectors);
    boolean attached =
        indexes.attach(
            view.generation(),
            lacking.collectionId,
            segment.id(),
            GraphIndex.STREAM,
            (out, _) -> graph.writeTo(out));
    if (!attached) {
      return Result.GIVEN_UP;
    }
    rowsBuilt.add(segment.rowCount() - keptRows);
    log.info(
        "graph built collection={} segment={} rows={} keptRows={} threads={} millis={}",
        Long.toUnsignedString(lacking.collectionId),
        segment.id(),
        segment.rowCount(),
        keptRows,
        indexing.threads(),
        millisSince(startNanos));
    return Result.INDEXED;
  }

  private GraphBuild build(Lacking lacking, ResidentVectors vectors) {
    try {
      return GraphBuild.run(
          vectors,
          lacking.segment.graphSeed(),
          indexing.threads(),
          () -> isUnwanted(lacking.segment));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // All is in memory.
    } catch (InternalError e) {
      throw new ReadFailedException("indexing: a page cannot be read", e);
    }
  }

  private boolean isUnwanted(Segment segment) {
    return health.isStopping()
        || live.head().snapshots().stream()
            .flatMap(collection -> collection.sources().stream())
            .noneMatch(source -> source instanceof SegmentRows rows && rows.segment() == segment);
  }

  private static boolean fitsHeap(Lacking lacking) {
    long neededBytes = GraphBuild.heapBytes(lacking.segment.rowCount());
    long heapBytes = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    if (neededBytes <= heapBytes) {
      return true;
    }
    log.warn(
        "segment not indexed: building its graph takes too much of the heap, searches look at all"
            + " of its rows collection={} segment={} rows={} neededBytes={} heapBytes={}",
        Long.toUnsignedString(lacking.collectionId),
        lacking.segment.id(),
        lacking.segment.rowCount(),
        neededBytes,
        heapBytes);
    return false;
  }

  private long millisSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - startNanos);
  }

  private void reportNoRoom(Lacking lacking) {
    var segment = lacking.segment;
    long neededBytes = ResidentVectors.bytesMax(segment.vectorColumn(), lacking.metric);
    log.warn(
        "segment not indexed: no room in the vector budget, searches look at all of its rows"
            + " collection={} segment={} rows={} neededBytes={} usedBytes={} budgetBytes={}",
        Long.toUnsignedString(lacking.collectionId),
        segment.id(),
        segment.rowCount(),
        neededBytes,
        indexing.budget().bytes(),
        indexing.budget().bytesMax());
    refuse(segment, neededBytes);
  }
}
