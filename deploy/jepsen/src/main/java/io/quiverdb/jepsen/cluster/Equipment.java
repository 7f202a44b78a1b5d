package io.quiverdb.jepsen.cluster;

/// What a cluster must have been started with for some faults to be possible. Each costs something:
/// a run without such faults does without.
public enum Equipment {
  /// Nodes that are processes of ours. Every cluster that is made for a run has them.
  PROCESSES,
  /// Links between the nodes that can be made bad.
  NET,
  /// Disks that can fail under a running process.
  DISK,
  /// Clocks that can be set.
  CLOCK,
  /// Logs of which nothing is kept that a checkpoint holds, so that who was away needs a snapshot.
  SHORT_LOG
}
