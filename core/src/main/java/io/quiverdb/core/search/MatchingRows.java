package io.quiverdb.core.search;

import io.quiverdb.core.rows.RowCursor;
import java.lang.foreign.MemorySegment;

/// Those of candidates that match.
record MatchingRows(CandidateRows candidates) implements RowCursor {
  @Override
  public boolean next() {
    while (candidates.next()) {
      if (candidates.matches()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int row() {
    return candidates.row().row();
  }

  @Override
  public byte[] id() {
    return candidates.row().id();
  }

  @Override
  public long version() {
    return candidates.row().version();
  }

  @Override
  public long hashHigh() {
    return candidates.row().hashHigh();
  }

  @Override
  public long hashLow() {
    return candidates.row().hashLow();
  }

  @Override
  public MemorySegment vectors() {
    return candidates.row().vectors();
  }

  @Override
  public long vectorOffset() {
    return candidates.row().vectorOffset();
  }

  @Override
  public MemorySegment payload() {
    return candidates.row().payload();
  }
}
