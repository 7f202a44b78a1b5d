package io.quiverdb.core.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The sums that the graph's distances are made of, in single precision and in no fixed order:
/// implementations agree within rounding. Without state, for any number of threads.
///
/// Four rows go through at once, so that each component of the query is loaded once for them, and
/// so that the processor waits for four places of memory at a time. Rows that follow each other in
/// memory go through one by one: so memory is read in one stream, of which the processor fetches
/// ahead what comes next.
interface FloatSums {
  ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// How many rows go through at once.
  int AT_ONCE = 4;

  float dot(float[] query, MemorySegment rows, long offset);

  float squaredDistance(float[] query, MemorySegment rows, long offset);

  /// @param offsets of four rows, in bytes
  /// @param sums takes theirs
  void dots(float[] query, MemorySegment rows, long[] offsets, float[] sums);

  /// @param offsets of four rows, in bytes
  /// @param sums takes theirs
  void squaredDistances(float[] query, MemorySegment rows, long[] offsets, float[] sums);
}
