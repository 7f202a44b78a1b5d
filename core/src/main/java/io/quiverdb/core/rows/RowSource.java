package io.quiverdb.core.rows;

import io.quiverdb.core.index.VectorIndex;
import io.quiverdb.core.secondary.SecondaryIndex;
import io.quiverdb.core.segment.FoundRow;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/// Some rows of a collection. One thread writes, any number read without a lock.
///
/// A row has the version at which it was born and, once it has been replaced or deleted, the
/// version at which it died. A view as of version `v` sees a row iff it was born by `v` and had not
/// died by `v`; so what is written later never changes what a view sees. Of all sources of a
/// collection at most one holds a row of a given id that a view sees.
public interface RowSource {
  /// What a row's death is while it lives.
  long ALIVE = 0;

  /// How many rows it has, dead ones among them.
  int rowCount();

  /// Whether a view as of `version` sees the row.
  boolean isLiveAt(int row, long version);

  /// Where rows may be found by what their payloads have; empty if only by reading them. Rows are
  /// then in stored order as in id order.
  Optional<SecondaryIndex> secondaryIndex();

  /// Of the segment, if it is one.
  default OptionalLong segmentId() {
    return OptionalLong.empty();
  }

  /// How many of its rows are dead by now.
  int deadCount();

  /// Finds rows that are near a vector without looking at all; empty where all are to be looked at.
  default Optional<VectorIndex> vectorIndex() {
    return Optional.empty();
  }

  /// The same, but waits for one that is being read of a file.
  ///
  /// @param isUnwanted asked every now and then: if so it waits no longer
  default Optional<VectorIndex> awaitVectorIndex(BooleanSupplier isUnwanted) {
    return vectorIndex();
  }

  /// The row of an id that a view as of `version` sees, −1 if there is none.
  int find(byte[] idUtf8, long version);

  /// The same row, with what is to be read of it.
  default Optional<FoundRow> read(byte[] idUtf8, long version) {
    int row = find(idUtf8, version);
    return row < 0
        ? Optional.empty()
        : Optional.of(new FoundRow(vector(row), 0, payload(row), version(row)));
  }

  byte[] id(int row);

  long version(int row);

  long deathAt(int row);

  /// For the writer. A row dies once.
  void markDead(int row, long version);

  /// Little-endian floats, read-only. Read them with an unaligned layout.
  MemorySegment vector(int row);

  MemorySegment payload(int row);

  long hashHigh(int row);

  long hashLow(int row);

  /// The rows that a view as of `version` sees and whose ids follow `after`, in the order of their
  /// ids (unsigned bytes).
  RowCursor inIdOrder(Optional<byte[]> after, long version);

  /// The rows that a view as of `version` sees, in the order that costs least.
  RowCursor inStoredOrder(long version);
}
