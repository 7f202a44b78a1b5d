package io.quiverdb.client;

/// Which rows of segments searches find by a graph, and why not the others, at all of which they
/// look. Dead rows are counted too; every row of a segment is in one of the four.
///
/// @param graphRows in segments that have a graph
/// @param waitingRows in segments that are due one: it is read or built in the background
/// @param refusedRows in segments that go without, for want of memory or because their vectors
///   cannot be read
/// @param smallRows in segments that are too small to be worth one
/// @param neededBytes of the node's vector memory that graphs would need for which it has no room
/// @param memoryBytes that vectors and graphs take outside of the heap
public record IndexCoverage(
    long graphRows,
    long waitingRows,
    long refusedRows,
    long smallRows,
    long neededBytes,
    long memoryBytes) {
  public static final IndexCoverage NOTHING = new IndexCoverage(0, 0, 0, 0, 0, 0);

  static IndexCoverage of(io.quiverdb.api.v1.IndexCoverage coverage) {
    return new IndexCoverage(
        coverage.getGraphRows(),
        coverage.getWaitingRows(),
        coverage.getRefusedRows(),
        coverage.getSmallRows(),
        coverage.getNeededBytes(),
        coverage.getMemoryBytes());
  }
}
