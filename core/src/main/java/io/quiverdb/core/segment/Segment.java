package io.quiverdb.core.segment;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.format.PageFile;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.index.GraphSeed;
import io.quiverdb.core.index.LargeMemory;
import io.quiverdb.core.index.RowVectors;
import io.quiverdb.core.index.VectorColumn;
import io.quiverdb.core.index.VectorIndex;
import io.quiverdb.core.parallel.Parts;
import io.quiverdb.core.secondary.SecondaryIndex;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// An immutable run of rows, numbered from 0 in the order of their ids (unsigned UTF-8). Read by
/// any number of threads.
///
/// A sparse index of the ids is in memory, everything else is mapped, and may be read until the
/// last user has released the segment, even when the files are deleted. Whoever opens it is the
/// first. Every page is verified when it is first touched: all accessors throw
/// [CorruptFileException] when it does not hold what was written.
public final class Segment {
  /* Where things are. A vector page holds as many whole vectors as fit, so a row's place follows from
   * its number. Payloads follow each other without gaps across the bodies of pages, so a position in
   * that stream and a length say where one is; it is read in place unless it straddles pages. All
   * else of a row, the place of its payload included, stands beside its id.
   */
  private static final MemorySegment EMPTY = MemorySegment.ofArray(new byte[0]).asReadOnly();
  private static final CountDownLatch NO_READING = new CountDownLatch(0);

  /// After which whoever waits for an index is asked whether the result is wanted still.
  private static final long UNASKED_MILLIS = 10;

  static final int BODY_BYTES = PageFormat.PAGE_BYTES - PageFormat.HEADER_BYTES;

  private final SegmentSummary summary;
  private final SegmentDirectory directory;
  private final int vectorBytes;
  private final int vectorsPerPage;
  private final PageFile vectors;
  private final PageFile payloads;
  private final PageFile ids;
  private final Optional<SecondaryIndex> secondaryIndex;
  private final RowTags tags;
  private final ReferenceCount references;

  /// Set once, by a user of the segment.
  private final AtomicReference<@Nullable VectorIndex> vectorIndex = new AtomicReference<>();

  /// Not over while an index of a file is read for it.
  private volatile CountDownLatch indexReading = NO_READING;

  /// What its index can begin with, until it has one.
  private final AtomicReference<@Nullable GraphSeed> graphSeed = new AtomicReference<>();

  /// Whose writers are held back until there are graphs.
  private volatile int owedRows;

  /// @param mapped where the files are, closed by the last user
  Segment(
      SegmentSummary summary,
      SegmentDirectory directory,
      PageFile vectors,
      PageFile payloads,
      PageFile ids,
      Optional<SecondaryIndex> secondaryIndex,
      Arena mapped) {
    this.summary = summary;
    this.directory = directory;
    this.vectorBytes = directory.dimension() * Float.BYTES;
    this.vectorsPerPage =
        (PageFormat.vectorPageBytes(directory.dimension()) - PageFormat.HEADER_BYTES) / vectorBytes;
    this.vectors = vectors;
    this.payloads = payloads;
    this.ids = ids;
    this.secondaryIndex = secondaryIndex;
    this.tags = new RowTags(summary.rowCount(), directory.pageCount());
    this.references = new ReferenceCount(() -> close(mapped));
  }

  private void close(Arena mapped) {
    vectorIndex().ifPresent(VectorIndex::close);
    dropGraphSeed();
    List.of(vectors, payloads, ids).forEach(PageFile::forget);
    secondaryIndex.ifPresent(SecondaryIndex::forget);
    mapped.close();
  }

  /// Whether most of its pages are in the cache, those of vectors that are in memory apart.
  public boolean isWarm() {
    var files =
        vectorIndex().isPresent() ? List.of(payloads, ids) : List.of(vectors, payloads, ids);
    int pages = files.stream().mapToInt(PageFile::pageCount).sum();
    int cachedPages = files.stream().mapToInt(PageFile::cachedCount).sum();
    return 2 * cachedPages > pages;
  }

  /// Brings its pages into the cache, as far as that has room.
  ///
  /// @throws CorruptFileException if one is not what was written
  public void warm() {
    List.of(vectors, payloads, ids).forEach(PageFile::warm);
  }

  /// Looks at the pages of its rows that nobody has read since it was opened, or has found damaged.
  ///
  /// @param damages hears of those that are not what was written
  public void verifyUnread(Consumer<CorruptFileException> damages) {
    List.of(vectors, payloads, ids).forEach(file -> file.verifyUnread(damages));
  }

  /// For another user, who is to [#release] it.
  public void retain() {
    references.retain();
  }

  public void release() {
    references.release();
  }

  /// @param collection the directory of the collection
  /// @param dimension of the vectors
  /// @throws CorruptFileException if a file is missing, or a length or the sparse index is not what
  ///   was written
  public static Segment open(
      ReadableStorage storage,
      String collection,
      SegmentSummary summary,
      int dimension,
      PageCodec codec)
      throws IOException {
    return open(storage, collection, summary, dimension, codec, PageCache.NONE);
  }

  /// @param cache keeps what is decrypted
  public static Segment open(
      ReadableStorage storage,
      String collection,
      SegmentSummary summary,
      int dimension,
      PageCodec codec,
      PageCache cache)
      throws IOException {
    return new SegmentOpening(storage, collection, summary, dimension, codec, cache).run();
  }

  /// For those who rescue what they can: makes the sparse index anew, of all pages of ids, and does
  /// without secondary indexes.
  ///
  /// @throws CorruptFileException if one of those is damaged, or another file is missing or has
  ///   another length
  public static Segment openWithoutDirectory(
      ReadableStorage storage,
      String collection,
      SegmentSummary summary,
      int dimension,
      PageCodec codec)
      throws IOException {
    return new SegmentOpening(storage, collection, summary, dimension, codec, PageCache.NONE)
        .runWithoutDirectory();
  }

  public long id() {
    return summary.id();
  }

  /// About what it takes in memory while it is open, pages that are cached apart.
  public long heapBytes() {
    return directory.heapBytes() + tags.heapBytes();
  }

  public int rowCount() {
    return summary.rowCount();
  }

  public SegmentSummary summary() {
    return summary;
  }

  /// Empty if no field was filterable when it was written.
  public Optional<SecondaryIndex> secondaryIndex() {
    return secondaryIndex;
  }

  /// Empty as long as none was built or read.
  public Optional<VectorIndex> vectorIndex() {
    return Optional.ofNullable(vectorIndex.get());
  }

  /// Waits for the index that is being read of a file, if one is: until it is there, or cannot be
  /// read, or is not wanted any more. Empty if there is none then.
  public Optional<VectorIndex> awaitVectorIndex(BooleanSupplier isUnwanted) {
    var reading = indexReading;
    boolean over = reading.getCount() == 0;
    while (!over && !isUnwanted.getAsBoolean()) {
      try {
        over = reading.await(UNASKED_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        over = true;
      }
    }
    return vectorIndex();
  }

  /// An index that is being read of a file.
  public interface IndexReading extends AutoCloseable {
    /// It has been attached, or could not be read. As often as one likes.
    @Override
    void close();
  }

  /// Has those who ask for it wait for an index. For the one who makes its index, a user of it.
  public IndexReading beginIndexReading() {
    var reading = new CountDownLatch(1);
    indexReading = reading;
    return reading::countDown;
  }

  /// How many of its rows no graph has held since they were written; 0 once it has one. Of a
  /// segment that was there when the store was opened nothing is known, and nothing counts.
  public int owedRows() {
    return vectorIndex().isPresent() ? 0 : owedRows;
  }

  /// Says how many of its rows no graph has held yet, before it is published.
  public void owe(int rows) {
    assert rows <= rowCount() : rows + " of " + rowCount();
    owedRows = rows;
  }

  /// Gives it an index, which is closed with the segment. For a user of it.
  ///
  /// @return false if it has one
  public boolean attach(VectorIndex index) {
    return vectorIndex.compareAndSet(null, index);
  }

  /// Gives it, before it is published, what its index can begin with; closed with it at the latest.
  public void seedGraph(GraphSeed seed) {
    boolean first = graphSeed.compareAndSet(null, seed);
    assert first : "segment " + id();
  }

  /// For the one who makes its index, a user of it.
  public Optional<GraphSeed> graphSeed() {
    return Optional.ofNullable(graphSeed.get());
  }

  /// By the one who makes its index, or when there are no users any more.
  public void dropGraphSeed() {
    var seed = graphSeed.getAndSet(null);
    if (seed != null) {
      seed.close();
    }
  }

  /// For those who make an index: users of the segment as long as they read it.
  public VectorColumn vectorColumn() {
    return new Vectors();
  }

  private final class Vectors implements VectorColumn {
    @Override
    public int rowCount() {
      return Segment.this.rowCount();
    }

    @Override
    public int dimension() {
      return directory.dimension();
    }

    @Override
    public long copyBytes() {
      return vectors.plainBytes().isPresent() ? 0 : (long) rowCount() * vectorBytes;
    }

    @Override
    public RowVectors load(int threads, Arena arena) throws IOException {
      var plain = vectors.plainBytes();
      return plain.isPresent() ? inPlace(plain.get(), threads) : copy(threads, arena);
    }

    private RowVectors inPlace(MemorySegment file, int threads) throws IOException {
      forEachPage(threads, (_, _) -> {});
      return new RowVectors(
          file,
          rowCount(),
          vectors.offset(0) + PageFormat.HEADER_BYTES,
          vectorsPerPage,
          PageFormat.vectorPageBytes(dimension()),
          dimension());
    }

    private RowVectors copy(int threads, Arena arena) throws IOException {
      var memory = LargeMemory.allocate(copyBytes(), arena);
      forEachPage(
          threads,
          (page, body) -> {
            long firstByte = (long) page * vectorsPerPage * vectorBytes;
            long pageBytes =
                Math.min((long) vectorsPerPage * vectorBytes, memory.byteSize() - firstByte);
            MemorySegment.copy(body, 0, memory, firstByte, pageBytes);
          });
      return RowVectors.inOnePiece(memory, rowCount(), dimension());
    }

    private void forEachPage(int threads, PageTask task) throws IOException {
      Parts.ofRange(
          vectors.pageCount(),
          threads,
          (from, to) -> {
            for (int page = from; page < to; page++) {
              task.run(page, vectors.bodyOnce(page));
            }
          });
    }

    private interface PageTask {
      void run(int page, MemorySegment body);
    }
  }

  /// The row of an id, −1 if there is none.
  public int find(byte[] idUtf8) {
    long hash = IdHash.of(idUtf8);
    int page = pageToSearch(idUtf8, hash);
    int index = page < 0 ? -1 : indexOnPage(page, idPage(page), idUtf8, hash);
    return index < 0 ? -1 : directory.firstRow(page) + index;
  }

  /// What is to be read of the row of an id: for the price of one look-up.
  ///
  /// @param wanted is asked whether the row is
  public Optional<FoundRow> read(byte[] idUtf8, IntPredicate wanted) {
    long hash = IdHash.of(idUtf8);
    int page = pageToSearch(idUtf8, hash);
    if (page < 0) {
      return Optional.empty();
    }
    var idPage = idPage(page);
    int index = indexOnPage(page, idPage, idUtf8, hash);
    int row = directory.firstRow(page) + index;
    if (index < 0 || !wanted.test(row)) {
      return Optional.empty();
    }
    return Optional.of(
        new FoundRow(
            vectors.body(row / vectorsPerPage),
            (long) (row % vectorsPerPage) * vectorBytes,
            payload(idPage, index),
            idPage.version(index)));
  }

  /// The only page of ids that can hold one, −1 if none can.
  private int pageToSearch(byte[] idUtf8, long hash) {
    return directory.mayHoldId(idUtf8, hash) ? directory.pageOfId(idUtf8) : -1;
  }

  private int indexOnPage(int page, IdPage idPage, byte[] idUtf8, long hash) {
    return tags.find(page, directory.firstRow(page), idPage, idUtf8, hash);
  }

  /// The first row whose id is not less, [#rowCount] if there is none.
  public int firstAtOrAfter(byte[] idUtf8) {
    int page = directory.pageOfId(idUtf8);
    return page < 0 ? 0 : directory.firstRow(page) + idPage(page).firstAtOrAfter(idUtf8);
  }

  public byte[] id(int row) {
    int page = directory.pageOfRow(row);
    return idPage(page).id(row - directory.firstRow(page));
  }

  public long version(int row) {
    int page = directory.pageOfRow(row);
    return idPage(page).version(row - directory.firstRow(page));
  }

  public long hashHigh(int row) {
    int page = directory.pageOfRow(row);
    return idPage(page).hashHigh(row - directory.firstRow(page));
  }

  public long hashLow(int row) {
    int page = directory.pageOfRow(row);
    return idPage(page).hashLow(row - directory.firstRow(page));
  }

  /// Little-endian floats in place, read-only. Read them with an unaligned layout.
  public MemorySegment vector(int row) {
    assert row >= 0 && row < rowCount() : row + " of " + rowCount();
    var index = vectorIndex.get();
    if (index != null) {
      var resident = index.vectors();
      return resident.memory().asSlice(resident.offset(row), vectorBytes);
    }
    return vectors
        .body(row / vectorsPerPage)
        .asSlice((long) (row % vectorsPerPage) * vectorBytes, vectorBytes);
  }

  /// In place where it lies within one page, else a copy. Read-only.
  public MemorySegment payload(int row) {
    int page = directory.pageOfRow(row);
    return payload(idPage(page), row - directory.firstRow(page));
  }

  private MemorySegment payload(IdPage idPage, int index) {
    int payloadBytes = idPage.payloadBytes(index);
    if (payloadBytes == 0) {
      return EMPTY;
    }
    long position = idPage.payloadPosition(index);
    int page = Math.toIntExact(position / BODY_BYTES);
    int offset = (int) (position % BODY_BYTES);
    return offset + payloadBytes <= BODY_BYTES
        ? payloads.body(page).asSlice(offset, payloadBytes)
        : straddlingPayload(page, offset, payloadBytes);
  }

  private MemorySegment straddlingPayload(int firstPage, int firstOffset, int payloadBytes) {
    var payload = MemorySegment.ofArray(new byte[payloadBytes]);
    int page = firstPage;
    int offset = firstOffset;
    for (int copiedBytes = 0; copiedBytes < payloadBytes; ) {
      int chunkBytes = Math.min(BODY_BYTES - offset, payloadBytes - copiedBytes);
      MemorySegment.copy(payloads.body(page), offset, payload, copiedBytes, chunkBytes);
      copiedBytes += chunkBytes;
      page++;
      offset = 0;
    }
    return payload.asReadOnly();
  }

  /// Says that what stands on an intact page for a row is wrong.
  public CorruptFileException corruptRow(int row, String what, Object expected, Object found) {
    int page = directory.pageOfRow(row);
    return new CorruptFileException(
            ids.path(), ids.offset(page), what + " of row " + row, expected, found)
        .onPage(page);
  }

  private IdPage idPage(int page) {
    return new IdPage(ids.body(page));
  }

  /// Reads the rows from `firstRow` on, in order, without searching for each: for whole scans.
  public Cursor cursor(int firstRow) {
    return new Cursor(this, firstRow);
  }

  /// Stands before its first row until [#next]. For one thread.
  public static final class Cursor {
    private final Segment segment;

    /// Where all vectors are in memory.
    private final Optional<RowVectors> resident;

    private int row;

    /// Of the `.ids` file; its rows are `pageFirstRow` to below `pageEndRow`.
    private int page;

    private int pageFirstRow;
    private int pageEndRow;
    private IdPage idPage = new IdPage(EMPTY);

    /// Of the `.vec` file, −1 before a vector was asked for.
    private int vectorPage = -1;

    private MemorySegment vectors = EMPTY;

    private Cursor(Segment segment, int firstRow) {
      this.segment = segment;
      this.resident = segment.vectorIndex().map(VectorIndex::vectors);
      this.row = firstRow - 1;
      this.page = -1;
    }

    /// Goes to the next row, if there is one.
    public boolean next() {
      if (row + 1 >= segment.rowCount()) {
        return false;
      }
      row++;
      if (row >= pageEndRow) {
        enter(page >= 0 && row == pageEndRow ? page + 1 : segment.directory.pageOfRow(row));
      }
      return true;
    }

    /// Lets [#next] go to `row` at the earliest.
    public void skipTo(int row) {
      this.row = Math.max(this.row, row - 1);
    }

    private void enter(int newPage) {
      page = newPage;
      idPage = segment.idPage(page);
      pageFirstRow = segment.directory.firstRow(page);
      pageEndRow = pageFirstRow + idPage.rowCount();
    }

    public int row() {
      return row;
    }

    /// Whether looking up its id leads here: by the sparse index, and the filter before it.
    public boolean isWhereLookUpsLead() {
      byte[] id = id();
      return segment.directory.mayHoldId(id, IdHash.of(id))
          && segment.directory.isPageOfId(page, id);
    }

    public byte[] id() {
      return idPage.id(row - pageFirstRow);
    }

    public long version() {
      return idPage.version(row - pageFirstRow);
    }

    public long hashHigh() {
      return idPage.hashHigh(row - pageFirstRow);
    }

    public long hashLow() {
      return idPage.hashLow(row - pageFirstRow);
    }

    /// As [Segment#vector] gives it.
    public MemorySegment vector() {
      return vectors().asSlice(vectorOffset(), segment.vectorBytes);
    }

    /// Some rows' vectors, this one's at [#vectorOffset]: spares the slice.
    public MemorySegment vectors() {
      if (resident.isPresent()) {
        return resident.get().memory();
      }
      int neededPage = row / segment.vectorsPerPage;
      if (neededPage != vectorPage) {
        vectors = segment.vectors.body(neededPage);
        vectorPage = neededPage;
      }
      return vectors;
    }

    /// In bytes, within [#vectors].
    public long vectorOffset() {
      return resident.isPresent() ? resident.get().offset(row) : offsetOnPage();
    }

    private long offsetOnPage() {
      return (long) (row % segment.vectorsPerPage) * segment.vectorBytes;
    }

    /// As [Segment#payload] gives it.
    public MemorySegment payload() {
      return segment.payload(idPage, row - pageFirstRow);
    }
  }
}
