package io.quiverdb.raft;

import io.quiverdb.raft.ReplicatedState.TermIndex;

/// The last entry of the catalogue that its leader had applied when it gave a command to a node. A
/// node obeys none that is older than the last it obeyed for the group: it is of a leader that was
/// deposed, and may undo what its successor has done.
public record CatalogOrder(long term, long index) implements Comparable<CatalogOrder> {
  /// Before every command.
  public static final CatalogOrder NONE = new CatalogOrder(0, -1);

  public static CatalogOrder of(TermIndex applied) {
    return new CatalogOrder(applied.term(), applied.index());
  }

  @Override
  public int compareTo(CatalogOrder other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }
}
