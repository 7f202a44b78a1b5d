package io.quiverdb.raft.catalog;

import io.quiverdb.raft.GroupReplica;
import io.quiverdb.raft.ShardException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Those who wait, at the leader, for the catalogue to become something.
final class Waiters implements CatalogReplica.Listener, AutoCloseable {
  private final GroupReplica group;
  private final CatalogReplica replica;
  private final Executor executor;
  private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

  /// Compared by identity.
  private static final class Waiter {
    private final Predicate<CatalogState> until;
    private final Supplier<ShardException> ifNotSeen;
    private final CompletableFuture<CatalogState> result = new CompletableFuture<>();

    Waiter(Predicate<CatalogState> until, Supplier<ShardException> ifNotSeen) {
      this.until = until;
      this.ifNotSeen = ifNotSeen;
    }
  }

  Waiters(GroupReplica group, CatalogReplica replica, Executor executor) {
    this.group = group;
    this.replica = replica;
    this.executor = executor;
    replica.listen(this);
  }

  /// @param ifNotSeen how the future fails when this node stops leading first
  CompletableFuture<CatalogState> await(
      Predicate<CatalogState> until, Supplier<ShardException> ifNotSeen) {
    var waiter = new Waiter(until, ifNotSeen);
    waiting.add(waiter);
    // Only now: what happened before it was added woke nobody.
    wakeIfReached(waiter);
    if (!group.leads()) {
      fail(waiter);
    }
    return waiter.result;
  }

  @Override
  public void changed() {
    waiting.forEach(this::wakeIfReached);
  }

  @Override
  public void leaderReady() {}

  @Override
  public void leaderLost() {
    waiting.forEach(this::fail);
  }

  @Override
  public void close() {
    replica.ignore(this);
    leaderLost();
  }

  private void wakeIfReached(Waiter waiter) {
    var state = replica.state();
    if (waiter.until.test(state) && waiting.remove(waiter)) {
      waiter.result.completeAsync(() -> state, executor);
    }
  }

  private void fail(Waiter waiter) {
    if (waiting.remove(waiter)) {
      executor.execute(() -> waiter.result.completeExceptionally(waiter.ifNotSeen.get()));
    }
  }
}
