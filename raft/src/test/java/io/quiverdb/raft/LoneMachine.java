package io.quiverdb.raft;

import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.log.LogDirectory;
import io.quiverdb.raft.snapshot.LogTail;
import io.quiverdb.raft.snapshot.PublishedCheckpoint;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A group's state machine without Ratis.
final class LoneMachine {
  private LoneMachine() {}

  /// Its log directory is gone, and cannot be forced.
  static GroupStateMachine in(Path folder, BooleanSupplier mayLead, Consumer<Throwable> onFatal) {
    return new GroupStateMachine(
        new ShardGroup(0),
        new CountingState(folder.resolve("state")),
        new LogDirectory(folder.resolve("gone")),
        new LogTail(new PublishedCheckpoint(0, -1), 0, 1 << 20, System::nanoTime, () -> false),
        0,
        Runnable::run,
        mayLead,
        () -> {},
        (_, _, _) -> {},
        onFatal);
  }
}
