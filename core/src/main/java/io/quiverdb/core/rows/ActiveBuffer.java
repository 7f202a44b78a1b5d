package io.quiverdb.core.rows;

import io.quiverdb.core.secondary.SecondaryIndex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;

/// The rows written since the last checkpoint, in memory: append-only. One thread writes, any
/// number read without a lock.
///
/// Vectors lie in a column of their own outside the heap, which goes when the buffer is
/// unreachable.
public final class ActiveBuffer implements RowSource {
  // How readers do without a lock: a row is complete before its number can be met, by one of three
  // release writes: of `rowCount`, of its slot in the table, of a run. Chunks never move; the array
  // of chunks is replaced by a longer one before a row in a new chunk can be met. Of a row that is
  // out, only its death changes, and views that saw it alive still do.

  private static final int CHUNK_VECTOR_BYTES = 1 << 20;
  private static final int CHUNK_ROWS_MAX = 1024;
  private static final int CHUNK_ROWS_MIN = 16;

  /// What a row costs besides id, vector and payload: columns, array headers, its table slots.
  private static final int ROW_OVERHEAD_BYTES = 112;

  private final int vectorBytes;
  private final int chunkShift;
  private final RowTable table;
  private final SortedRuns runs;

  private volatile Chunk[] chunks = {};
  private volatile int rowCount;
  private volatile long bytes;
  private volatile int deadCount;

  /// @param hashSeed of the table of ids
  public ActiveBuffer(int dimension, int hashSeed) {
    this.table = new RowTable(this, hashSeed);
    this.runs = new SortedRuns(this);
    this.vectorBytes = dimension * Float.BYTES;
    int rows = Math.clamp(CHUNK_VECTOR_BYTES / vectorBytes, CHUNK_ROWS_MIN, CHUNK_ROWS_MAX);
    this.chunkShift = Integer.numberOfTrailingZeros(Integer.highestOneBit(rows));
  }

  /// Appends a row; the one it replaces has been marked dead. For the writer.
  ///
  /// @param idUtf8 taken over, not copied; so is `payload`
  /// @param vector little-endian floats
  public void append(
      byte[] idUtf8, ByteBuffer vector, byte[] payload, long version, long hashHigh, long hashLow) {
    assert vector.remaining() == vectorBytes : vector.remaining() + " of " + vectorBytes;
    int row = rowCount;
    assert row == 0 || version(row - 1) <= version : version(row - 1) + " before " + version;
    Chunk chunk = chunkForAppend(row);
    int index = row & chunkMask();
    chunk.ids[index] = idUtf8;
    chunk.payloads[index] = payload;
    chunk.versions[index] = version;
    chunk.hashes[2 * index] = hashHigh;
    chunk.hashes[2 * index + 1] = hashLow;
    chunk
        .vectors
        .asSlice((long) index * vectorBytes, vectorBytes)
        .copyFrom(MemorySegment.ofBuffer(vector));
    int hash = table.hash(idUtf8);
    chunk.previous[index] = table.newest(idUtf8, hash);
    table.put(idUtf8, hash, row);
    rowCount = row + 1;
    bytes = bytes + idUtf8.length + vectorBytes + payload.length + ROW_OVERHEAD_BYTES;
    runs.appended(row + 1);
  }

  private Chunk chunkForAppend(int row) {
    int chunkIndex = row >>> chunkShift;
    if (chunkIndex == chunks.length) {
      var longer = Arrays.copyOf(chunks, chunkIndex + 1);
      longer[chunkIndex] = new Chunk(1 << chunkShift, vectorBytes);
      chunks = longer;
    }
    return chunks[chunkIndex];
  }

  @Override
  public int rowCount() {
    return rowCount;
  }

  /// Its rows come and go too fast: their payloads are read.
  @Override
  public Optional<SecondaryIndex> secondaryIndex() {
    return Optional.empty();
  }

  /// About what the rows take, dead ones included.
  public long bytes() {
    return bytes;
  }

  @Override
  public int find(byte[] idUtf8, long version) {
    int row = table.newest(idUtf8, table.hash(idUtf8));
    while (row >= 0 && version(row) > version) {
      row = chunk(row).previous[row & chunkMask()];
    }
    // An older row of the same id died no later than this one was born.
    return row >= 0 && isLiveAt(row, version) ? row : -1;
  }

  @Override
  public boolean isLiveAt(int row, long version) {
    long death = deathAt(row);
    return version(row) <= version && (death == ALIVE || death > version);
  }

  /// Not to be changed.
  @Override
  public byte[] id(int row) {
    return chunk(row).ids[row & chunkMask()];
  }

  @Override
  public long version(int row) {
    return chunk(row).versions[row & chunkMask()];
  }

  @Override
  public long deathAt(int row) {
    return chunk(row).deaths.getAcquire(row & chunkMask());
  }

  @Override
  public void markDead(int row, long version) {
    assert deathAt(row) == ALIVE : row + " died at " + deathAt(row);
    assert version >= version(row) : version + " before birth at " + version(row);
    chunk(row).deaths.setRelease(row & chunkMask(), version);
    int before = deadCount;
    deadCount = before + 1;
  }

  @Override
  public int deadCount() {
    return deadCount;
  }

  @Override
  public MemorySegment vector(int row) {
    return chunk(row).vectors.asSlice(vectorOffset(row), vectorBytes);
  }

  private long vectorOffset(int row) {
    return (long) (row & chunkMask()) * vectorBytes;
  }

  @Override
  public MemorySegment payload(int row) {
    return MemorySegment.ofArray(chunk(row).payloads[row & chunkMask()]).asReadOnly();
  }

  @Override
  public long hashHigh(int row) {
    return chunk(row).hashes[2 * (row & chunkMask())];
  }

  @Override
  public long hashLow(int row) {
    return chunk(row).hashes[2 * (row & chunkMask()) + 1];
  }

  @Override
  public RowCursor inIdOrder(Optional<byte[]> after, long version) {
    return new Cursor(runs.merged(after), version);
  }

  @Override
  public RowCursor inStoredOrder(long version) {
    return new Cursor(new Sequence(rowCount), version);
  }

  private Chunk chunk(int row) {
    return chunks[row >>> chunkShift];
  }

  private int chunkMask() {
    return (1 << chunkShift) - 1;
  }

  /// Row numbers, −1 at the end.
  interface RowNumbers {
    int next();
  }

  private static final class Sequence implements RowNumbers {
    private final int count;
    private int next;

    Sequence(int count) {
      this.count = count;
    }

    @Override
    public int next() {
      return next < count ? next++ : -1;
    }
  }

  private static final class Chunk {
    final byte[][] ids;
    final byte[][] payloads;
    final long[] versions;
    final AtomicLongArray deaths;
    final long[] hashes;
    final int[] previous;
    final MemorySegment vectors;

    Chunk(int rows, int vectorBytes) {
      ids = new byte[rows][];
      payloads = new byte[rows][];
      versions = new long[rows];
      deaths = new AtomicLongArray(rows);
      hashes = new long[2 * rows];
      previous = new int[rows];
      vectors = Arena.ofAuto().allocate((long) rows * vectorBytes, Long.BYTES);
    }
  }

  private final class Cursor implements RowCursor {
    private final RowNumbers rows;
    private final long asOf;
    private int row = -1;

    Cursor(RowNumbers rows, long asOf) {
      this.rows = rows;
      this.asOf = asOf;
    }

    @Override
    public boolean next() {
      do {
        row = rows.next();
      } while (row >= 0 && !isLiveAt(row, asOf));
      return row >= 0;
    }

    @Override
    public int row() {
      return row;
    }

    @Override
    public byte[] id() {
      return ActiveBuffer.this.id(row);
    }

    @Override
    public long version() {
      return ActiveBuffer.this.version(row);
    }

    @Override
    public long hashHigh() {
      return ActiveBuffer.this.hashHigh(row);
    }

    @Override
    public long hashLow() {
      return ActiveBuffer.this.hashLow(row);
    }

    @Override
    public MemorySegment vectors() {
      return chunk(row).vectors;
    }

    @Override
    public long vectorOffset() {
      return ActiveBuffer.this.vectorOffset(row);
    }

    @Override
    public MemorySegment payload() {
      return ActiveBuffer.this.payload(row);
    }
  }
}
