package io.quiverdb.raft;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Position;
import io.quiverdb.core.Precondition;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.StoredPoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/// One delete by filter on one shard, at its leader: finds what matches in a view, and proposes
/// deletes of these ids at these versions, a page at a time. If a page is refused because of points
/// that have changed since, these are left out and the others proposed again.
final class DeleteByFilter {
  private static final int PAGE_POINTS = 1_000;
  private static final long PAGE_BYTES = 2 << 20;

  private final CollectionView collection;
  private final Filter filter;
  private final long epoch;
  private final Function<ShardWrite, CompletableFuture<Written>> propose;
  private final Executor executor;

  private long deletedCount;
  private long changedCount;
  private final List<String> changedIds = new ArrayList<>();
  private Position position;
  private boolean wroteAnything;

  /// @param collection in a view that a linearizable read may use
  /// @param position of that view
  /// @param executor runs what reads points
  DeleteByFilter(
      CollectionView collection,
      Filter filter,
      long epoch,
      Function<ShardWrite, CompletableFuture<Written>> propose,
      Position position,
      Executor executor) {
    this.collection = collection;
    this.filter = filter;
    this.epoch = epoch;
    this.propose = propose;
    this.position = position;
    this.executor = executor;
  }

  CompletableFuture<DeletedMatching> run() {
    return deleteAfter(Optional.empty()).exceptionallyCompose(this::failed);
  }

  private CompletableFuture<DeletedMatching> deleteAfter(Optional<String> last) {
    var page = collection.scan(last, PAGE_POINTS, PAGE_BYTES, Optional.of(filter));
    if (page.points().isEmpty()) {
      return CompletableFuture.completedFuture(result());
    }
    return delete(page.points().stream().map(DeleteByFilter::unchanged).toList())
        .thenComposeAsync(_ -> goOn(page), executor);
  }

  private CompletableFuture<DeletedMatching> goOn(ScanPage page) {
    return page.more()
        ? deleteAfter(Optional.of(page.points().getLast().id()))
        : CompletableFuture.completedFuture(result());
  }

  private static Deletion unchanged(StoredPoint point) {
    return new Deletion(point.id(), Optional.of(new Precondition.VersionEquals(point.version())));
  }

  private CompletableFuture<Void> delete(List<Deletion> deletions) {
    if (deletions.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    var stamp = new RequestStamp(new RequestId(UUID.randomUUID()), epoch, Optional.empty());
    return propose
        .apply(new ShardWrite.Delete(stamp, collection.id(), deletions))
        .thenComposeAsync(written -> settle(deletions, written), executor);
  }

  private CompletableFuture<Void> settle(List<Deletion> deletions, Written written) {
    position = written.position();
    return switch (written.outcome()) {
      case Outcome.Applied(_, var results) -> {
        wroteAnything = true;
        deletedCount += results.stream().filter(PointResult.DELETED::equals).count();
        yield CompletableFuture.completedFuture(null);
      }
      case Outcome.PreconditionFailed(var points) -> {
        var changed = new HashSet<String>();
        points.forEach(point -> changed.add(point.id()));
        report(changed);
        yield delete(
            deletions.stream().filter(deletion -> !changed.contains(deletion.id())).toList());
      }
      case Outcome.NotFound() ->
          CompletableFuture.failedFuture(new ShardException.UnknownCollection(collection.id()));
      // Nobody but the catalogue changes these, and it tells the sender.
      case Outcome.StaleEpoch _, Outcome.WrongShard _ ->
          CompletableFuture.failedFuture(
              new ShardException.Unavailable("shard: its slots have changed (expected: as asked)"));
      case Outcome.Duplicate _,
          Outcome.AlreadyExists _,
          Outcome.Invalid _,
          Outcome.Expired _,
          Outcome.RequestIdReused _,
          Outcome.Superseded _ ->
          throw new AssertionError("no answer to a fresh delete: " + written.outcome());
    };
  }

  private void report(Set<String> changed) {
    changedCount += changed.size();
    changed.stream()
        .sorted()
        .limit(DeletedMatching.CHANGED_IDS_MAX - changedIds.size())
        .forEach(changedIds::add);
  }

  private DeletedMatching result() {
    return new DeletedMatching(deletedCount, changedCount, changedIds, position);
  }

  /// Whoever hears that nothing was done has to be told the truth.
  private CompletableFuture<DeletedMatching> failed(Throwable failure) {
    var cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return CompletableFuture.failedFuture(
        wroteAnything && !(cause instanceof ShardException.OutcomeUnknown)
            ? new ShardException.OutcomeUnknown(
                "delete by filter: ended early; " + deletedCount + " points are deleted", cause)
            : cause);
  }
}
