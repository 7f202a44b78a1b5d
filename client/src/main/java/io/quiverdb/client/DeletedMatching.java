package io.quiverdb.client;

import io.quiverdb.api.v1.WriteResponse;
import java.util.List;

/// What a delete by filter did, as far as its last attempt can tell.
///
/// @param deleted how many points it deleted
/// @param changed how many matched and were changed by another write before they could be deleted:
///   these were left alone
/// @param changedIds of the latter, the first 1,000
public record DeletedMatching(long deleted, long changed, List<String> changedIds) {
  public DeletedMatching {
    changedIds = List.copyOf(changedIds);
  }

  static DeletedMatching of(WriteResponse.DeletedMatching wire) {
    return new DeletedMatching(wire.getDeleted(), wire.getChanged(), wire.getChangedIdsList());
  }
}
