package io.quiverdb.raft;

import io.quiverdb.core.Position;
import java.time.Duration;
import java.util.Optional;

/// How much of a shard a read must see. Whatever the level, one read sees the shard as it was after
/// one entry of its log.
///
/// A replica that is behind waits until it is not. A follower of a shard that is hardly written to
/// hears with the next heartbeat only that the last entry is committed, so whoever can ask another
/// replica says how long it is worth while.
public sealed interface Consistency {
  Consistency LINEARIZABLE = new Linearizable(Optional.empty());
  Consistency ANY = new Any();

  /// The level as a metric's label names it.
  String label();

  /// The same, from a replica that gets there within `patience`; any other one fails with
  /// [ShardException.Unavailable].
  Consistency within(Duration patience);

  /// Every write that was acknowledged before the read began.
  ///
  /// @param patience for as long as the caller waits if empty
  record Linearizable(Optional<Duration> patience) implements Consistency {
    @Override
    public String label() {
      return "linearizable";
    }

    @Override
    public Consistency within(Duration newPatience) {
      return new Linearizable(Optional.of(newPatience));
    }
  }

  /// At least what somebody has seen.
  ///
  /// @param seen of the shard; if it is of an epoch before the shard's, the read fails with
  ///   [ShardException.StaleEpoch]
  /// @param patience for as long as the caller waits if empty
  record Session(Position seen, Optional<Duration> patience) implements Consistency {
    public Session(Position seen) {
      this(seen, Optional.empty());
    }

    @Override
    public String label() {
      return "session";
    }

    @Override
    public Consistency within(Duration newPatience) {
      return new Session(seen, Optional.of(newPatience));
    }
  }

  /// Whatever is there.
  record Any() implements Consistency {
    @Override
    public String label() {
      return "any";
    }

    @Override
    public Consistency within(Duration patience) {
      return this;
    }
  }
}
