package io.quiverdb.raft;

import java.util.Optional;

/// Why a shard did not answer. Says whether a write may have been applied.
public abstract sealed class ShardException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private ShardException(String message) {
    super(message);
  }

  private ShardException(String message, Throwable cause) {
    super(message, cause);
  }

  /// This node does not lead the group; nothing was done.
  public static final class NotLeader extends ShardException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<NodeId> leader;

    public NotLeader(String group, Optional<NodeId> leader) {
      super(
          "%s: not its leader (leader: %s)"
              .formatted(group, leader.map(NodeId::toString).orElse("unknown")));
      this.leader = leader;
    }

    public Optional<NodeId> leader() {
      return leader;
    }
  }

  /// Nothing was done, and it may work later: no leader, starting, closing, or no route.
  public static final class Unavailable extends ShardException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message) {
      super(message);
    }

    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// Too much is in flight; nothing was done.
  public static final class Overloaded extends ShardException {
    private static final long serialVersionUID = 1L;

    public Overloaded(String message) {
      super(message);
    }
  }

  /// A write was handed to the log and its fate is not known; it may still be applied.
  public static final class OutcomeUnknown extends ShardException {
    private static final long serialVersionUID = 1L;

    public OutcomeUnknown(String message) {
      super(message);
    }

    public OutcomeUnknown(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The request is of an earlier epoch of the shard, in which it may have held what it holds no
  /// more. Nothing was done.
  public static final class StaleEpoch extends ShardException {
    private static final long serialVersionUID = 1L;

    public StaleEpoch(String message) {
      super(message);
    }
  }

  /// The collection is not on this shard, as far as the read had to see.
  public static final class UnknownCollection extends ShardException {
    private static final long serialVersionUID = 1L;

    public UnknownCollection(long collectionId) {
      super("collection: " + collectionId + " (expected: one that exists)");
    }
  }

  /// The replica's data or disk failed.
  public static final class Failed extends ShardException {
    private static final long serialVersionUID = 1L;

    private final boolean isElsewhere;

    public Failed(String message, Throwable cause) {
      this(message, cause, false);
    }

    private Failed(String message, Throwable cause, boolean isElsewhere) {
      super(message, cause);
      this.isElsewhere = isElsewhere;
    }

    /// Of another node, which has logged why.
    public static Failed elsewhere(String message, Throwable cause) {
      return new Failed(message, cause, true);
    }

    public boolean isElsewhere() {
      return isElsewhere;
    }
  }
}
