package io.quiverdb.core.index;

import io.quiverdb.core.Vector;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Finds rows of one segment that are near a vector without looking at all of them. Any number of
/// threads search it, until it is closed.
public interface VectorIndex extends AutoCloseable {
  /// As many as the segment has.
  int rowCount();

  /// The vectors of its rows, to be read as long as it is open.
  RowVectors vectors();

  /// What it takes in memory.
  long bytes();

  /// The rows that were found near `query`, nearest first.
  ///
  /// @param query of the dimension of the rows
  /// @param ef how many candidates are kept on the way, and so at most found: the more, the more
  ///   accurate and the slower
  /// @param visitsMax vectors that may be compared; beyond it the search is given up
  /// @param isUnwanted asked every some dozens of vectors
  /// @throws CancellationException when that says so
  FoundRows search(
      Vector query, int ef, long visitsMax, AcceptedRows accepted, BooleanSupplier isUnwanted);

  /// The nearest to `query` of some rows, all of which are compared: nearest first.
  ///
  /// @param count at most so many are found: fewer if there are fewer, or if the others have no
  ///   score by the rounding of the index
  /// @param isUnwanted as in [#search]
  /// @throws CancellationException when that says so
  FoundRows scan(Vector query, int count, RowNumbers rows, BooleanSupplier isUnwanted);

  /// What another segment that has taken rows over can begin its own index with. Empty if that is
  /// not worth it, or the budget has no room.
  ///
  /// @param rows where each row of this segment is in the other one, [GraphSeed#GONE] if it is not
  ///   there
  Optional<GraphSeed> seed(int[] rows);

  /// Writes it as it is kept.
  void writeTo(OutputStream out) throws IOException;

  /// Frees its memory. Nobody searches any more.
  @Override
  void close();
}
