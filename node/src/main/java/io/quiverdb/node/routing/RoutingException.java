package io.quiverdb.node.routing;

import java.util.Optional;
import java.util.UUID;

/// Why a call did not reach its shards. Nothing was done.
public abstract sealed class RoutingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private RoutingException(String message) {
    super(message);
  }

  /// There is no cluster, and none is being formed.
  public static final class NotFormed extends RoutingException {
    private static final long serialVersionUID = 1L;

    public NotFormed() {
      super("cluster: not formed (expected: `quiver cluster init`, once, against any node)");
    }
  }

  /// This node is, or is to be, of a cluster of which it does not know more yet.
  public static final class NotReady extends RoutingException {
    private static final long serialVersionUID = 1L;

    public NotReady() {
      super("cluster: not known to this node yet (expected: once its log is replayed)");
    }
  }

  /// The nodes are a cluster already.
  public static final class AlreadyFormed extends RoutingException {
    private static final long serialVersionUID = 1L;

    public AlreadyFormed(UUID clusterId) {
      super("cluster: formed as " + clusterId + " (expected: none; a cluster is formed once)");
    }
  }

  /// Some of the nodes belong to another cluster, or were claimed for one.
  public static final class OtherCluster extends RoutingException {
    private static final long serialVersionUID = 1L;

    public OtherCluster(String message) {
      super(message);
    }
  }

  /// No collection has this name.
  public static final class UnknownCollection extends RoutingException {
    private static final long serialVersionUID = 1L;

    public UnknownCollection(String name) {
      super("collection: \"" + name + "\" does not exist (expected: one that was created)");
    }
  }

  /// A collection is not on every shard yet.
  public static final class BeingCreated extends RoutingException {
    private static final long serialVersionUID = 1L;

    public BeingCreated(String name) {
      super("collection: \"" + name + "\" is being created (expected: created)");
    }
  }

  /// Another node leads the shard.
  public static final class NotLeader extends RoutingException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<String> leaderAddress;

    /// @param leaderAddress where the leader serves clients, if known
    public NotLeader(int shard, Optional<String> leaderAddress) {
      super(
          "shard %d: led by %s (expected: this node)"
              .formatted(shard, leaderAddress.orElse("an unknown node")));
      this.leaderAddress = leaderAddress;
    }

    public Optional<String> leaderAddress() {
      return leaderAddress;
    }
  }

  /// The call's time was up before anything was written.
  public static final class DeadlineExceeded extends RoutingException {
    private static final long serialVersionUID = 1L;

    public DeadlineExceeded(String what) {
      super(what + ": no answer in time (expected: one before the call's deadline)");
    }
  }

  /// A part of a write was held back.
  public static final class NotAttempted extends RoutingException {
    private static final long serialVersionUID = 1L;

    public NotAttempted(int shard) {
      super(
          "shard " + shard + ": not attempted, as an earlier part of the request was not applied");
    }
  }
}
