package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.raft.log.Watermarks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.ratis.protocol.RaftGroupId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this node has of its groups' logs for certain, from its first group on.
///
/// Opened, begun and closed under the lock of [GroupServer]; anyone may ask.
final class NodeWatermarks {
  private static final Logger log = LoggerFactory.getLogger(NodeWatermarks.class);

  private final Path dataDirectory;
  private final Supplier<PageCodec> sealing;
  private volatile Optional<Watermarks> marks = Optional.empty();

  NodeWatermarks(Path dataDirectory, Supplier<PageCodec> sealing) {
    this.dataDirectory = dataDirectory;
    this.sealing = sealing;
  }

  /// Of a node that has a group, or had one.
  ///
  /// @throws CorruptFileException if they are lost
  void open() throws IOException {
    marks = Optional.of(Watermarks.open(dataDirectory, sealing.get(), true));
  }

  /// Does nothing if they are open.
  void begin() throws IOException {
    if (marks.isEmpty()) {
      marks = Optional.of(Watermarks.open(dataDirectory, sealing.get(), false));
    }
  }

  /// In the place of those that are lost.
  void beginAnew() throws IOException {
    Watermarks.delete(dataDirectory);
    begin();
  }

  /// Up to which a group's log is committed here for certain; −1 if nothing of it is.
  long of(RaftGroupId id) {
    return marks.map(open -> open.of(id.getUuid())).orElse(-1L);
  }

  /// What an earlier replica has left says nothing of the one that is made anew.
  void forget(RaftGroupId id) throws IOException {
    if (marks.isPresent()) {
      marks.get().forget(id.getUuid());
    }
  }

  /// Remembers how far replicas have come.
  void mark(Collection<Replica> replicas) throws IOException {
    var open = marks;
    if (open.isPresent()) {
      for (Replica replica : replicas) {
        open.get().raise(replica.groupId().getUuid(), replica.committedHere());
      }
      open.get().write();
    }
  }

  void close() {
    try {
      if (marks.isPresent()) {
        marks.get().close();
      }
    } catch (IOException e) {
      log.warn("watermarks not closed", e);
    }
  }
}
