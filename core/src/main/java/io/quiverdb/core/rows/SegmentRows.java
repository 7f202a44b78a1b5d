package io.quiverdb.core.rows;

import io.quiverdb.core.index.VectorIndex;
import io.quiverdb.core.secondary.SecondaryIndex;
import io.quiverdb.core.segment.FoundRow;
import io.quiverdb.core.segment.RowDeaths;
import io.quiverdb.core.segment.Segment;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/// The rows of a segment, with their deaths. All of them were born before any view that has this
/// source.
///
/// @param deaths changes
public record SegmentRows(Segment segment, RowDeaths deaths) implements RowSource {
  @Override
  public int rowCount() {
    return segment.rowCount();
  }

  @Override
  public boolean isLiveAt(int row, long version) {
    return deaths.isLiveAt(row, version);
  }

  @Override
  public Optional<SecondaryIndex> secondaryIndex() {
    return segment.secondaryIndex();
  }

  @Override
  public OptionalLong segmentId() {
    return OptionalLong.of(segment.id());
  }

  @Override
  public int deadCount() {
    return deaths.deadCount();
  }

  @Override
  public Optional<VectorIndex> vectorIndex() {
    return segment.vectorIndex();
  }

  @Override
  public Optional<VectorIndex> awaitVectorIndex(BooleanSupplier isUnwanted) {
    return segment.awaitVectorIndex(isUnwanted);
  }

  @Override
  public int find(byte[] idUtf8, long version) {
    int row = segment.find(idUtf8);
    return row >= 0 && deaths.isLiveAt(row, version) ? row : -1;
  }

  @Override
  public Optional<FoundRow> read(byte[] idUtf8, long version) {
    return segment.read(idUtf8, row -> deaths.isLiveAt(row, version));
  }

  @Override
  public byte[] id(int row) {
    return segment.id(row);
  }

  @Override
  public long version(int row) {
    return segment.version(row);
  }

  @Override
  public long deathAt(int row) {
    return deaths.deathAt(row);
  }

  @Override
  public void markDead(int row, long version) {
    deaths.markDead(row, version);
  }

  @Override
  public MemorySegment vector(int row) {
    return segment.vector(row);
  }

  @Override
  public MemorySegment payload(int row) {
    return segment.payload(row);
  }

  @Override
  public long hashHigh(int row) {
    return segment.hashHigh(row);
  }

  @Override
  public long hashLow(int row) {
    return segment.hashLow(row);
  }

  @Override
  public RowCursor inIdOrder(Optional<byte[]> after, long version) {
    return new LiveRows(segment.cursor(after.map(this::firstAfter).orElse(0)), deaths, version);
  }

  @Override
  public RowCursor inStoredOrder(long version) {
    return inIdOrder(Optional.empty(), version);
  }

  private int firstAfter(byte[] id) {
    int row = segment.firstAtOrAfter(id);
    return row < segment.rowCount() && Arrays.equals(segment.id(row), id) ? row + 1 : row;
  }

  private record LiveRows(Segment.Cursor cursor, RowDeaths deaths, long asOf) implements RowCursor {
    @Override
    public boolean next() {
      while (cursor.next()) {
        if (deaths.isLiveAt(cursor.row(), asOf)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public boolean nextFrom(int row) {
      cursor.skipTo(row);
      return next();
    }

    @Override
    public int row() {
      return cursor.row();
    }

    @Override
    public byte[] id() {
      return cursor.id();
    }

    @Override
    public long version() {
      return cursor.version();
    }

    @Override
    public long hashHigh() {
      return cursor.hashHigh();
    }

    @Override
    public long hashLow() {
      return cursor.hashLow();
    }

    @Override
    public MemorySegment vectors() {
      return cursor.vectors();
    }

    @Override
    public long vectorOffset() {
      return cursor.vectorOffset();
    }

    @Override
    public MemorySegment payload() {
      return cursor.payload();
    }
  }
}
