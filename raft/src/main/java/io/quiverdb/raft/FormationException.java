package io.quiverdb.raft;

import java.util.UUID;

/// Why the listed nodes cannot be made one cluster, whoever asks and however often. Nothing of what
/// they hold has been changed that a later forming could not change again.
public abstract sealed class FormationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final UUID clusterId;

  private FormationException(UUID clusterId, String message) {
    super(message);
    this.clusterId = clusterId;
  }

  /// Of the cluster that is in the way.
  public UUID clusterId() {
    return clusterId;
  }

  /// The listed nodes are a cluster.
  public static final class AlreadyFormed extends FormationException {
    private static final long serialVersionUID = 1L;

    public AlreadyFormed(UUID clusterId) {
      super(clusterId, "already formed: these nodes are cluster " + clusterId);
    }
  }

  /// A listed node is a member of a cluster of other nodes.
  public static final class OtherCluster extends FormationException {
    private static final long serialVersionUID = 1L;

    public OtherCluster(String address, UUID clusterId) {
      super(
          clusterId,
          "node at %s: belongs to cluster %s (expected: a node of no cluster)"
              .formatted(address, clusterId));
    }
  }

  /// A forming of other nodes was begun and not finished.
  public static final class OtherMembers extends FormationException {
    private static final long serialVersionUID = 1L;

    public OtherMembers(String address, UUID clusterId, String members) {
      super(
          clusterId,
          ("node at %s: claimed for cluster %s, which was begun with the nodes at %s and not"
               + " finished (expected: the listed ones; list exactly those to finish it, or empty"
               + " the data directory of this node to give it up)")
              .formatted(address, clusterId, members));
    }
  }
}
