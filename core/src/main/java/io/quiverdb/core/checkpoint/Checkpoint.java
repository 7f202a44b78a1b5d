package io.quiverdb.core.checkpoint;

import io.quiverdb.core.Position;
import io.quiverdb.core.checkpoint.CheckpointWriter.NewSegment;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.state.FrozenState;
import io.quiverdb.core.state.ShardState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A checkpoint that is durable. It is a user of the segments that it wrote, until it is closed.
public final class Checkpoint implements AutoCloseable {
  private final FrozenState frozen;
  private final List<NewSegment> segments;
  private final Optional<Exception> streamFailure;

  Checkpoint(FrozenState frozen, List<NewSegment> segments, Optional<Exception> streamFailure) {
    this.streamFailure = streamFailure;
    this.frozen = frozen;
    this.segments = List.copyOf(segments);
  }

  public Position position() {
    return frozen.position();
  }

  /// The operation counter.
  public long version() {
    return frozen.version();
  }

  /// Why an index could not be published with it: whoever had to write its stream failed.
  public Optional<Exception> streamFailure() {
    return streamFailure;
  }

  /// Puts its segments in place of the buffers that they were written from. For the thread that
  /// changes the state.
  public void installInto(ShardState state) {
    Map<Long, SegmentRows> rows =
        segments.stream().collect(Collectors.toMap(NewSegment::collectionId, NewSegment::rows));
    state.thaw(frozen, rows);
  }

  @Override
  public void close() {
    segments.forEach(segment -> segment.segment().release());
  }
}
