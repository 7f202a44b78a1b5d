package io.quiverdb.node.routing;

import io.quiverdb.core.Position;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.node.routing.ShardRouter.Answer;
import io.quiverdb.raft.DeletedMatching;
import io.quiverdb.raft.ShardException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A delete by filter on several shards. It is no operation of the log: what one shard has deleted
/// stays deleted when another fails, and then nobody may be told that nothing was done.
final class MatchingDelete {
  private final List<Integer> shards;
  private final OneShard delete;

  /// Deletes on one shard, and waits for it.
  interface OneShard {
    DeletedMatching on(int shard, long collectionId);
  }

  /// What became of it on one shard: one of the two.
  private record Attempt(
      int shard, Optional<DeletedMatching> deleted, Optional<RuntimeException> failure) {
    boolean mayHaveDeleted() {
      return deleted.stream().anyMatch(it -> it.deletedCount() > 0)
          || failure.stream()
              .anyMatch(
                  it ->
                      it instanceof ShardException.OutcomeUnknown
                          || it instanceof DeadlineExceeded);
    }
  }

  MatchingDelete(List<Integer> shards, OneShard delete) {
    this.shards = shards;
    this.delete = delete;
  }

  /// @throws ShardException.OutcomeUnknown if a shard failed and points may be deleted
  /// @throws RuntimeException the first failure, if nothing was deleted
  Answer<DeletedMatching> run(long collectionId) {
    var attempts = Parallel.map(shards, shard -> attempt(shard, collectionId));
    var failure = attempts.stream().flatMap(it -> it.failure.stream()).findFirst();
    var deleted = sum(attempts.stream().flatMap(it -> it.deleted.stream()).toList());
    if (failure.isPresent()) {
      throw attempts.stream().anyMatch(Attempt::mayHaveDeleted)
          ? new ShardException.OutcomeUnknown(
              "delete by filter: not all shards have answered; %d points are deleted for certain"
                  .formatted(deleted.deletedCount()),
              failure.get())
          : failure.get();
    }
    return new Answer<>(deleted, positions(attempts));
  }

  private Attempt attempt(int shard, long collectionId) {
    try {
      return new Attempt(shard, Optional.of(delete.on(shard, collectionId)), Optional.empty());
    } catch (RuntimeException e) {
      return new Attempt(shard, Optional.empty(), Optional.of(e));
    }
  }

  private static Map<Integer, Position> positions(List<Attempt> attempts) {
    return attempts.stream()
        .collect(Collectors.toMap(Attempt::shard, it -> it.deleted.orElseThrow().position()));
  }

  private static DeletedMatching sum(List<DeletedMatching> shards) {
    return new DeletedMatching(
        shards.stream().mapToLong(DeletedMatching::deletedCount).sum(),
        shards.stream().mapToLong(DeletedMatching::changedCount).sum(),
        shards.stream()
            .flatMap(shard -> shard.changedIds().stream())
            .limit(DeletedMatching.CHANGED_IDS_MAX)
            .toList(),
        Position.START);
  }
}
