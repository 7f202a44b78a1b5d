package io.quiverdb.raft;

import io.quiverdb.core.VersionRange;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// What a node does when the cluster's members change, as [Peer] describes it.
interface MembershipCommands {
  CompletableFuture<Void> admit(Member member, VersionRange levels);

  CompletableFuture<Void> openReplica(
      GroupKey group, CatalogOrder order, long moveIndex, long floor);

  CompletableFuture<Void> removeReplica(GroupKey group, CatalogOrder order, UUID incarnation);
}
