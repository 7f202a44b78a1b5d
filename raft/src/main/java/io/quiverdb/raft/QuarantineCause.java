package io.quiverdb.raft;

/// Why a replica counts no more in its group: what it has forgotten, it may have acknowledged.
public enum QuarantineCause {
  LOG("its log has rotted, or lacks entries that were committed here"),
  /// The one that nothing makes good: a term and a vote are never forgotten under one id, else
  /// there could be two leaders in one term.
  VOTE("its vote is damaged or gone"),
  WATERMARKS("how far its log was committed is not known any more"),
  CHECKPOINT("its checkpoint is damaged");

  private final String words;

  QuarantineCause(String words) {
    this.words = words;
  }

  /// Whether it may be made anew under its node's id, empty but for its vote.
  public boolean canReturn() {
    return this != VOTE;
  }

  /// For an operator.
  public String words() {
    return words;
  }
}
