package io.quiverdb.raft;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/// A shard's group that always leads; what it does with entries is for its subclasses to say.
abstract class LeadingGroup implements GroupReplica {
  static final NodeId SELF = new NodeId(new UUID(1, 1));

  @Override
  public GroupKey key() {
    return new GroupKey.ShardGroup(0);
  }

  @Override
  public boolean leads() {
    return true;
  }

  @Override
  public Optional<NodeId> leader() {
    return Optional.of(SELF);
  }

  @Override
  public long committedIndex() {
    return 0;
  }

  @Override
  public OptionalLong leaderSilenceMillis() {
    return OptionalLong.of(0);
  }
}
