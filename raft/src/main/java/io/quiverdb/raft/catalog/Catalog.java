package io.quiverdb.raft.catalog;

import java.util.concurrent.CompletableFuture;

/// The catalogue as any node of the cluster uses it. Futures fail with a
/// [io.quiverdb.raft.ShardException].
public interface Catalog {
  /// What this node has applied.
  CatalogView view();

  /// A view that reflects every change acknowledged before the call.
  CompletableFuture<CatalogView> barrier();

  /// Carries a change to the catalogue's leader; complete when it is done on every shard.
  CompletableFuture<CatalogWritten> write(CatalogWrite write);
}
