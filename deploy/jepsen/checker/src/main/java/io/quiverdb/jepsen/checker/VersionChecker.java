package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.history.Witness.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Judges what the store itself witnesses: the log position of writes and reads, and versions. In
/// each shard
/// - what began after another write or read had ended stands behind it in the log, or reflects it;
/// - terms do not fall as indexes grow, and an index has one term;
/// - a write that began after another had ended has a greater version, and no two have the same.
///
/// Several writes may share an index. A write that the store had taken at an earlier attempt tells
/// the version of then and the position of the repetition; so versions are not held against
/// indexes.
///
/// And a version of a key has one value, and a read sees no version older than the last write that
/// its position reflects ([VersionedKeys]). Full volume, in O(n log n), but it believes the store's
/// numbers: always beside the checkers that look at answers alone, never instead. Judges answers
/// with a witness.
public final class VersionChecker implements Checker {
  @Override
  public String name() {
    return "versions";
  }

  @Override
  public Finding check(History history) {
    var accusations = new Accusations();
    var witnessed =
        history.callsByCollection().values().stream()
            .flatMap(calls -> Attempts.merge(calls).stream())
            .filter(call -> !call.witness().isNone())
            .toList();
    var writes = writesByShard(witnessed);
    writes.forEach((shard, ofShard) -> judgeLog(shard, ofShard, accusations));
    judgeRealTime(witnessed, accusations);
    new VersionedKeys(history, accusations).judge();
    return new Finding(name(), witnessed.size(), accusations.violations(), List.of());
  }

  /// An entry of the log, or a part of one.
  private record Write(Call call, Position position) {
    Optional<Long> version() {
      var version = call.witness().version();
      return version.isPresent() ? Optional.of(version.getAsLong()) : Optional.empty();
    }
  }

  private static Map<Integer, List<Write>> writesByShard(List<Call> witnessed) {
    var byShard = new TreeMap<Integer, List<Write>>();
    for (var call : witnessed) {
      if (isWrite(call)) {
        for (var position : call.witness().positions()) {
          byShard
              .computeIfAbsent(position.shard(), _ -> new ArrayList<>())
              .add(new Write(call, position));
        }
      }
    }
    return byShard;
  }

  static boolean isWrite(Call call) {
    return switch (call.operation()) {
      case Operation.Write _,
          Operation.Upsert _,
          Operation.CompareAndSet _,
          Operation.Delete _,
          Operation.Increment _,
          Operation.WriteBatch _,
          Operation.Transfer _ ->
          call.completion().orElse(null) instanceof Event.Ok ok
              && ok.answer() instanceof Answer.Done;
      case Operation.Read _,
          Operation.Scan _,
          Operation.ReadBatch _,
          Operation.Search _,
          Operation.OfSession _,
          Operation.OfCatalog _ ->
          false;
    };
  }

  private static void judgeLog(int shard, List<Write> writes, Accusations accusations) {
    var byVersion = new HashMap<Long, Write>();
    for (var write : writes) {
      if (write.version().isPresent()) {
        var other = byVersion.put(write.version().get(), write);
        if (other != null) {
          accusations.add(
              Subjects.shard(shard), "two writes have one version", other.call(), write.call());
        }
      }
    }
    var inOrder = new ArrayList<>(writes);
    inOrder.sort(
        Comparator.<Write>comparingLong(write -> write.position().index())
            .thenComparingLong(write -> write.position().term()));
    Optional<Write> before = Optional.empty();
    for (var write : inOrder) {
      if (before.isPresent()) {
        judgeTerms(shard, before.get(), write, accusations);
      }
      before = Optional.of(write);
    }
  }

  private static void judgeTerms(int shard, Write before, Write write, Accusations accusations) {
    boolean isSame = before.position().index() == write.position().index();
    boolean fits =
        isSame
            ? before.position().term() == write.position().term()
            : before.position().term() <= write.position().term();
    if (!fits) {
      accusations.add(
          Subjects.shard(shard),
          isSame ? "an index has two terms" : "a later entry has an older term",
          before.call(),
          write.call());
    }
  }

  private record Moment(int place, Call call, boolean isBegin) {}

  /// The farthest of a shard's log that something has told of so far, and the greatest version.
  private record Known(Optional<Told> index, Optional<Told> version) {
    static final Known NOTHING = new Known(Optional.empty(), Optional.empty());

    Known with(Call call, Position position) {
      var own = call.witness().version();
      return new Known(
          greater(index, new Told(position.index(), call)),
          isWrite(call) && own.isPresent()
              ? greater(version, new Told(own.getAsLong(), call))
              : version);
    }

    private static Optional<Told> greater(Optional<Told> known, Told told) {
      return known.isPresent() && known.get().number() >= told.number() ? known : Optional.of(told);
    }
  }

  private record Told(long number, Call by) {}

  private static void judgeRealTime(List<Call> witnessed, Accusations accusations) {
    var moments = new ArrayList<Moment>();
    for (var call : witnessed) {
      moments.add(new Moment(call.invokedAt(), call, true));
      moments.add(new Moment(call.completedAt(), call, false));
    }
    moments.sort(Comparator.comparingInt(Moment::place));
    var knownNow = new HashMap<Integer, Known>();
    var knownAtBegin = new HashMap<Integer, Map<Integer, Known>>();
    for (var moment : moments) {
      var call = moment.call();
      if (moment.isBegin()) {
        var known = new HashMap<Integer, Known>();
        for (var position : call.witness().positions()) {
          known.put(position.shard(), knownNow.getOrDefault(position.shard(), Known.NOTHING));
        }
        knownAtBegin.put(call.invokedAt(), known);
      } else {
        var known = Optional.ofNullable(knownAtBegin.remove(call.invokedAt())).orElseThrow();
        for (var position : call.witness().positions()) {
          judge(call, position, known.getOrDefault(position.shard(), Known.NOTHING), accusations);
          knownNow.merge(
              position.shard(),
              Known.NOTHING.with(call, position),
              (now, _) -> now.with(call, position));
        }
      }
    }
  }

  private static void judge(Call call, Position position, Known known, Accusations accusations) {
    var subject = Subjects.shard(position.shard());
    var version = call.witness().version();
    if (isWrite(call)) {
      if (known.index().isPresent() && position.index() <= known.index().get().number()) {
        accusations.add(
            subject,
            "a write stands before what had ended when it began",
            known.index().get().by(),
            call);
      }
      if (version.isPresent()
          && known.version().isPresent()
          && version.getAsLong() <= known.version().get().number()) {
        accusations.add(
            subject,
            "a write has an older version than what had ended when it began",
            known.version().get().by(),
            call);
      }
    } else if (known.index().isPresent() && position.index() < known.index().get().number()) {
      accusations.add(
          subject,
          "stale: a read does not reflect what had ended when it began",
          known.index().get().by(),
          call);
    }
  }
}
