package io.quiverdb.raft.snapshot;

import java.util.List;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.SnapshotInfo;

/// A durable checkpoint as Ratis sees it: a place in the log up to which nothing need be replayed.
/// Its files are the engine's and never Ratis's to send.
public record PublishedCheckpoint(long term, long index) implements SnapshotInfo {
  @Override
  public TermIndex getTermIndex() {
    return TermIndex.valueOf(term, index);
  }

  @Override
  public List<FileInfo> getFiles() {
    return List.of();
  }
}
