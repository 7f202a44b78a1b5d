package io.quiverdb.jepsen.run;

import java.util.ArrayList;
import java.util.List;

/// What came about in a run beside what clients asked.
///
/// @param merges checkpoints and merges that were begun, of all replicas
/// @param snapshotsInstalled of all replicas
/// @param membershipChanges decided
/// @param nodesRenewed that left the cluster and came in again with an empty disk
record Tally(long merges, long snapshotsInstalled, long membershipChanges, long nodesRenewed) {
  static final String MEMBERSHIP = "membership";
  static final String SNAPSHOT_STORM = "snapshot-storm";

  /// For people, as far as the nemeses were to bring it about.
  List<String> sentences(List<String> nemeses) {
    var sentences = new ArrayList<String>();
    boolean isChanging = nemeses.contains(MEMBERSHIP);
    if (isChanging) {
      sentences.add(
          "changes of members: %,d; nodes that left and came in again, empty: %,d"
              .formatted(membershipChanges, nodesRenewed));
    }
    if (isChanging || nemeses.contains(SNAPSHOT_STORM)) {
      sentences.add("snapshots installed: %,d".formatted(snapshotsInstalled));
    }
    return List.copyOf(sentences);
  }
}
