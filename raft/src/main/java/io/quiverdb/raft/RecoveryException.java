package io.quiverdb.raft;

import java.nio.file.Path;
import java.util.List;

/// Why a cluster is not recovered from what one node has of it, or a node not started in the middle
/// of that. Nothing was changed.
public abstract sealed class RecoveryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private RecoveryException(String message) {
    super(message);
  }

  /// Enough members of a group are up, with this one's, to go on without any loss.
  public static final class MajorityLives extends RecoveryException {
    private static final long serialVersionUID = 1L;

    /// @param answering peer addresses of nodes that are up
    MajorityLives(GroupKey group, List<String> answering) {
      super(
          ("%s: of its members, those at %s answer, and with this node, or without, they are a"
               + " majority (expected: a majority lost for good; start this node, or stop those for"
               + " good)")
              .formatted(group, answering));
    }
  }

  /// The directory does not tell what cluster it is of.
  public static final class NoCatalogue extends RecoveryException {
    private static final long serialVersionUID = 1L;

    NoCatalogue(Path dataDirectory, String missing) {
      super(
          "%s: %s (expected: the data directory of a node that was a member of a formed cluster)"
              .formatted(dataDirectory, missing));
    }
  }

  /// A recovery was begun and not finished.
  public static final class Unfinished extends RecoveryException {
    private static final long serialVersionUID = 1L;

    Unfinished(Path dataDirectory) {
      super(
          ("%s: its recovery was begun and not finished (expected: finished first, by 'quiver"
                  + " cluster recover --accept-loss' with the same settings)")
              .formatted(dataDirectory));
    }
  }
}
