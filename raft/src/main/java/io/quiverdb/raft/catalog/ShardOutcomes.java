package io.quiverdb.raft.catalog;

import io.quiverdb.core.Outcome;

/// Which outcomes on a shard mean that there is nothing left to do there. Any other is an
/// [IllegalStateException]: the step is tried again, and an operator reads of it.
final class ShardOutcomes {
  private ShardOutcomes() {}

  /// One that exists under this id was created by a copy of this request, or was dropped since; in
  /// that case the catalogue has moved on as well, and ignores what follows from this.
  static void requireCreated(Outcome outcome) {
    boolean isDone =
        switch (first(outcome)) {
          case Outcome.Applied _, Outcome.AlreadyExists _, Outcome.Superseded _ -> true;
          case Outcome.NotFound _,
              Outcome.Invalid _,
              Outcome.PreconditionFailed _,
              Outcome.Expired _,
              Outcome.RequestIdReused _,
              Outcome.StaleEpoch _,
              Outcome.WrongShard _,
              Outcome.Duplicate _ ->
              false;
        };
    require(isDone, outcome);
  }

  /// One that is superseded was overtaken by a drop, and the catalogue has moved on as well.
  static void requireUpdated(Outcome outcome) {
    boolean isDone =
        switch (first(outcome)) {
          case Outcome.Applied _, Outcome.Superseded _ -> true;
          case Outcome.AlreadyExists _,
              Outcome.NotFound _,
              Outcome.Invalid _,
              Outcome.PreconditionFailed _,
              Outcome.Expired _,
              Outcome.RequestIdReused _,
              Outcome.StaleEpoch _,
              Outcome.WrongShard _,
              Outcome.Duplicate _ ->
              false;
        };
    require(isDone, outcome);
  }

  /// A drop of any id leaves a tombstone, so that one of a collection not found is done, too.
  static void requireDropped(Outcome outcome) {
    boolean isDone =
        switch (first(outcome)) {
          case Outcome.Applied _, Outcome.NotFound _, Outcome.Superseded _ -> true;
          case Outcome.AlreadyExists _,
              Outcome.Invalid _,
              Outcome.PreconditionFailed _,
              Outcome.Expired _,
              Outcome.RequestIdReused _,
              Outcome.StaleEpoch _,
              Outcome.WrongShard _,
              Outcome.Duplicate _ ->
              false;
        };
    require(isDone, outcome);
  }

  /// @param epoch that the shard was to be given; one that has a later one needs this no more
  static void requireOwned(Outcome outcome, long epoch) {
    boolean isDone =
        switch (first(outcome)) {
          case Outcome.Applied _, Outcome.Superseded _ -> true;
          case Outcome.StaleEpoch stale -> stale.current() > epoch;
          case Outcome.AlreadyExists _,
              Outcome.NotFound _,
              Outcome.Invalid _,
              Outcome.PreconditionFailed _,
              Outcome.Expired _,
              Outcome.RequestIdReused _,
              Outcome.WrongShard _,
              Outcome.Duplicate _ ->
              false;
        };
    require(isDone, outcome);
  }

  /// One that has a later level needs this no more.
  static void requireRaised(Outcome outcome) {
    requireUpdated(outcome);
  }

  private static Outcome first(Outcome outcome) {
    return outcome instanceof Outcome.Duplicate repeated ? repeated.first() : outcome;
  }

  private static void require(boolean isDone, Outcome outcome) {
    if (!isDone) {
      throw new IllegalStateException("shard answered " + outcome);
    }
  }
}
