package io.quiverdb.raft;

import java.io.IOException;

/// What the groups of a node store besides their logs.
interface GroupStores {
  /// Closes what a removed replica stored, and deletes it. May be begun again after a crash, or a
  /// failure.
  ///
  /// @throws ShardException.Unavailable if it cannot be deleted yet
  void delete(GroupKey group) throws IOException;

  /// Closes what a replica stores that is not opened.
  void close(GroupKey group);
}
