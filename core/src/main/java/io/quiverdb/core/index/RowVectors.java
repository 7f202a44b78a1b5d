package io.quiverdb.core.index;

import java.lang.foreign.MemorySegment;

/// The vectors of a segment in memory, where each is found by the number of its row: in pages as
/// they lie in the file, or in one piece. Little-endian floats, maybe unaligned.
///
/// @param memory read-only
/// @param firstOffset of row 0
/// @param rowsPerPage that follow each other without a gap
/// @param pageBytes from the first row of a page to that of the next
/// @param dimension of the vectors
public record RowVectors(
    MemorySegment memory,
    int rowCount,
    long firstOffset,
    int rowsPerPage,
    long pageBytes,
    int dimension) {

  /// One after the other.
  public static RowVectors inOnePiece(MemorySegment memory, int rowCount, int dimension) {
    return new RowVectors(
        memory.asReadOnly(),
        rowCount,
        0,
        Math.max(rowCount, 1),
        (long) rowCount * dimension * Float.BYTES,
        dimension);
  }

  /// In bytes, within the memory.
  public long offset(int row) {
    if (row < rowsPerPage) {
      return firstOffset + row * vectorBytes(); // All of them where they are in one piece.
    }
    int page = row / rowsPerPage;
    int place = row - page * rowsPerPage;
    return firstOffset + page * pageBytes + place * vectorBytes();
  }

  public long vectorBytes() {
    return (long) dimension * Float.BYTES;
  }
}
