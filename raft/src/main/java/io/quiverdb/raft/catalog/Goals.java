package io.quiverdb.raft.catalog;

import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a [Reconciler] has to bring about during one leadership, and how far it is. Each goal is
/// attempted until it is reached, one attempt at a time, later and later after failures; they do
/// not hold up each other.
final class Goals {
  private static final Logger log = LoggerFactory.getLogger(Goals.class);

  private static final int FAILURES_WORTH_TELLING = 8;
  private static final int CAUSES_MAX = 4;

  private final ScheduledExecutorService scheduler;
  private final Reconciler.Pace pace;
  private final Runnable requestPass;
  private final Map<Goal, Progress> progress = new HashMap<>();

  /// Whether all nodes have been asked what they can be given, or cannot be reached.
  private volatile boolean nodesAsked;

  /// @param requestPass runs when a goal is reached or is to be attempted again
  Goals(ScheduledExecutorService scheduler, Reconciler.Pace pace, Runnable requestPass) {
    this.scheduler = scheduler;
    this.pace = pace;
    this.requestPass = requestPass;
  }

  sealed interface Goal {
    record Form() implements Goal {}

    /// A replica of a group on one of its members.
    record Open(GroupKey group, NodeId member) implements Goal {}

    record OwnSlots(int shard) implements Goal {}

    /// The cluster's feature level, in force on a shard.
    record RaiseLevel(int shard, int level) implements Goal {}

    /// A collection's change on one shard; another change of it has another catalogue index.
    record ChangeShard(Change change, int shard) implements Goal {}

    record Finish(Change change) implements Goal {}

    /// No node has anything left that opens a collection.
    record Erase(Change change) implements Goal {}

    // --- moves, by their catalogue indexes

    /// An empty replica on the node that a move adds.
    record OpenAdded(GroupKey group, long move) implements Goal {}

    /// The group's own configuration.
    record ChangeMembers(GroupKey group, long move) implements Goal {}

    record EndMove(GroupKey group, long move) implements Goal {}

    /// The end of a move whose new node is not to have replicas any more.
    record EndUnwantedMove(GroupKey group, long move) implements Goal {}

    /// The end of a move whose new node must not become a member, with the members before.
    record GiveUpMove(GroupKey group, long move) implements Goal {}

    /// @param placement catalogue index of the group's members
    record BeginMove(GroupKey group, long placement) implements Goal {}

    record EndRebalance(long rebalance) implements Goal {}
  }

  /// One begun change of a collection.
  record Change(long collectionId, long catalogIndex) {
    static Change of(Shredding shredding) {
      return new Change(shredding.collectionId(), shredding.catalogIndex());
    }

    static Change of(CollectionInfo collection) {
      return new Change(collection.id(), collection.catalogIndex());
    }
  }

  private static final class Progress {
    private State state = State.DUE;
    private int failures;

    private enum State {
      DUE,
      /// Attempted now, or waiting after a failure.
      BUSY,
      REACHED
    }
  }

  void nodesWereAsked() {
    nodesAsked = true;
  }

  boolean areNodesAsked() {
    return nodesAsked;
  }

  /// Attempts what is due.
  ///
  /// @return whether the goal is reached
  synchronized boolean pursue(Goal goal, Supplier<CompletableFuture<?>> attempt) {
    var mine = progress.computeIfAbsent(goal, _ -> new Progress());
    if (mine.state == Progress.State.DUE) {
      mine.state = Progress.State.BUSY;
      var _ = begin(attempt).whenCompleteAsync((_, failure) -> end(goal, mine, failure), scheduler);
    }
    return mine.state == Progress.State.REACHED;
  }

  /// Attempts what is due, also if it was reached before: what followed has been undone.
  synchronized void pursueAgain(Goal goal, Supplier<CompletableFuture<?>> attempt) {
    if (isReached(goal)) {
      progress.remove(goal);
    }
    boolean _ = pursue(goal, attempt);
  }

  synchronized boolean isReached(Goal goal) {
    var found = progress.get(goal);
    return found != null && found.state == Progress.State.REACHED;
  }

  synchronized void forgetChangesOtherThan(List<Change> current) {
    progress
        .keySet()
        .removeIf(
            goal ->
                switch (goal) {
                  case Goal.ChangeShard(var change, _) -> !current.contains(change);
                  case Goal.Finish(var change) -> !current.contains(change);
                  case Goal.Erase(var change) -> !current.contains(change);
                  case Goal.Form _,
                      Goal.Open _,
                      Goal.OwnSlots _,
                      Goal.RaiseLevel _,
                      Goal.OpenAdded _,
                      Goal.ChangeMembers _,
                      Goal.EndMove _,
                      Goal.EndUnwantedMove _,
                      Goal.GiveUpMove _,
                      Goal.BeginMove _,
                      Goal.EndRebalance _ ->
                      false;
                });
  }

  /// Of moves that have ended, nothing is worth remembering.
  ///
  /// @param current by group
  synchronized void forgetMovesOtherThan(Map<GroupKey, Long> current) {
    progress
        .keySet()
        .removeIf(
            goal ->
                switch (goal) {
                  case Goal.OpenAdded(var group, var move) -> !isCurrent(current, group, move);
                  case Goal.ChangeMembers(var group, var move) -> !isCurrent(current, group, move);
                  case Goal.EndMove(var group, var move) -> !isCurrent(current, group, move);
                  case Goal.EndUnwantedMove(var group, var move) ->
                      !isCurrent(current, group, move);
                  case Goal.GiveUpMove(var group, var move) -> !isCurrent(current, group, move);
                  case Goal.Form _,
                      Goal.Open _,
                      Goal.OwnSlots _,
                      Goal.RaiseLevel _,
                      Goal.ChangeShard _,
                      Goal.Finish _,
                      Goal.Erase _,
                      Goal.BeginMove _,
                      Goal.EndRebalance _ ->
                      false;
                });
  }

  private static boolean isCurrent(Map<GroupKey, Long> current, GroupKey group, long move) {
    return Objects.equals(current.get(group), move);
  }

  private CompletableFuture<?> begin(Supplier<CompletableFuture<?>> attempt) {
    CompletableFuture<?> answer;
    try {
      answer = attempt.get();
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
    // Whoever is asked may never answer, and to ask again is harmless.
    var bounded = answer.copy();
    var givesUp =
        scheduler.schedule(
            () -> bounded.completeExceptionally(new TimeoutException("no answer")),
            pace.patience().toMillis(),
            TimeUnit.MILLISECONDS);
    return bounded.whenComplete((_, _) -> givesUp.cancel(false));
  }

  private void end(Goal goal, Progress mine, @Nullable Throwable failure) {
    if (failure == null) {
      succeed(mine);
      requestPass.run();
      return;
    }
    int failures = fail(mine);
    report(goal, failures, failure);
    var _ =
        scheduler.schedule(
            () -> {
              becomeDue(mine);
              requestPass.run();
            },
            pace.delayAfter(failures).toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private synchronized void succeed(Progress mine) {
    mine.state = Progress.State.REACHED;
  }

  private synchronized int fail(Progress mine) {
    return ++mine.failures;
  }

  private synchronized void becomeDue(Progress mine) {
    mine.state = Progress.State.DUE;
  }

  /// No leader yet, or a node that is down, is nothing to tell of at first.
  private static void report(Goal goal, int failures, Throwable failure) {
    var cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    boolean isOfTheWorld = cause instanceof ShardException || cause instanceof TimeoutException;
    if (!isOfTheWorld) {
      log.error("reconciler step failed goal={} failures={}", goal, failures, cause);
    } else if (failures % FAILURES_WORTH_TELLING == 0) {
      log.warn(
          "reconciler step failed goal={} failures={} cause=\"{}\"",
          goal,
          failures,
          messages(cause));
    }
  }

  /// What was refused, and why it was.
  private static String messages(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .limit(CAUSES_MAX)
        .map(cause -> String.valueOf(cause.getMessage()))
        .distinct()
        .collect(Collectors.joining(": "));
  }
}
