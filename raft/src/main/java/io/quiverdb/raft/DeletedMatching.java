package io.quiverdb.raft;

import io.quiverdb.core.Position;
import java.util.List;

/// What a delete by filter did.
///
/// @param deletedCount how many points were deleted
/// @param changedCount how many points matched and were changed or deleted by another write before
///   they could be deleted: these were left alone
/// @param changedIds of the latter, the first [#CHANGED_IDS_MAX]
/// @param position that the shard's log stood at in the end
public record DeletedMatching(
    long deletedCount, long changedCount, List<String> changedIds, Position position) {
  public static final int CHANGED_IDS_MAX = 1_000;

  public DeletedMatching {
    changedIds = List.copyOf(changedIds);
  }
}
