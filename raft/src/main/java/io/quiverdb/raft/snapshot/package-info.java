/// How much of a log is kept behind the checkpoints of a replica, and snapshots for members that
/// lack more. Entry types: [LogTail], [SnapshotSource] and [SnapshotPuller].
@NullMarked
package io.quiverdb.raft.snapshot;

import org.jspecify.annotations.NullMarked;
