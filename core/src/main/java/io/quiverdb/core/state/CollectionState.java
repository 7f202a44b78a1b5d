package io.quiverdb.core.state;

import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Settings;
import io.quiverdb.core.rows.ActiveBuffer;
import io.quiverdb.core.rows.RowSource;
import io.quiverdb.core.rows.SegmentRows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A collection as its writer sees it: where its rows lie, how many live, and their hashes' sum.
///
/// New rows go to the active buffer. A checkpoint freezes it, and puts a segment in its place when
/// that is durable. The row that an upsert or delete ends is marked dead wherever it lies.
public final class CollectionState {
  private final RandomGenerator hashSeeds;
  private final RowHash rowHash;

  private CollectionHead head;
  private List<SegmentRows> segments;
  private Optional<ActiveBuffer> frozen = Optional.empty();
  private ActiveBuffer active;

  /// Segments, frozen and active, the oldest first.
  private List<RowSource> sources;

  private long size;
  private Hash128 hashSum;

  private Optional<CollectionSnapshot> snapshot = Optional.empty();

  /// @param segments oldest first
  /// @param size how many of their rows live
  /// @param hashSum of those rows
  public CollectionState(
      CollectionHead head,
      List<SegmentRows> segments,
      long size,
      Hash128 hashSum,
      RandomGenerator hashSeeds) {
    this.head = head;
    this.hashSeeds = hashSeeds;
    this.rowHash = new RowHash(head.keys().rowHashMac());
    this.segments = List.copyOf(segments);
    this.size = size;
    this.hashSum = hashSum;
    this.active = newBuffer();
    this.sources = sources();
  }

  static CollectionState empty(CollectionHead head, RandomGenerator hashSeeds) {
    return new CollectionState(head, List.of(), 0, Hash128.ZERO, hashSeeds);
  }

  public CollectionHead head() {
    return head;
  }

  long size() {
    return size;
  }

  Hash128 hashSum() {
    return hashSum;
  }

  /// For whoever opened them for this.
  public void releaseSegments() {
    segments.forEach(rows -> rows.segment().release());
  }

  List<SegmentRows> segments() {
    return segments;
  }

  /// Rows that are in memory only.
  long bufferBytes() {
    return active.bytes() + frozen.map(ActiveBuffer::bytes).orElse(0L);
  }

  // --- apply

  /// @param catalogIndex not before the present one
  public void update(Settings settings, long catalogIndex) {
    head = head.with(settings, catalogIndex);
    snapshot = Optional.empty();
  }

  /// Stores a point in place of the one of this id, if there is one.
  ///
  /// @param version the operation counter of the operation
  public PointResult upsert(byte[] id, ByteBuffer vector, byte[] payload, long version) {
    var replaced = liveRow(id);
    replaced.ifPresent(row -> end(row, version));
    append(id, vector, payload, version);
    return replaced.isPresent() ? PointResult.REPLACED : PointResult.INSERTED;
  }

  /// Stores the point of this id, if there is one, with another payload.
  ///
  /// @param version the operation counter of the operation
  public PointResult setPayload(byte[] id, byte[] payload, long version) {
    var live = liveRow(id);
    if (live.isEmpty()) {
      return PointResult.ABSENT;
    }
    var row = live.get();
    end(row, version);
    append(id, row.source.vector(row.number).asByteBuffer(), payload, version);
    return PointResult.PAYLOAD_SET;
  }

  /// @param version the operation counter of the operation
  public PointResult delete(byte[] id, long version) {
    var live = liveRow(id);
    live.ifPresent(row -> end(row, version));
    return live.isPresent() ? PointResult.DELETED : PointResult.ABSENT;
  }

  /// Of the point of this id, if there is one.
  public Optional<Long> versionOf(byte[] id) {
    return liveRow(id).map(row -> row.source.version(row.number));
  }

  private void append(byte[] id, ByteBuffer vector, byte[] payload, long version) {
    Hash128 hash = rowHash.of(id, vector, payload, version);
    active.append(id, vector, payload, version, hash.high(), hash.low());
    hashSum = hashSum.plus(hash);
    size++;
    snapshot = Optional.empty();
  }

  private List<RowSource> sources() {
    var all = new ArrayList<RowSource>(segments);
    frozen.ifPresent(all::add);
    all.add(active);
    return List.copyOf(all);
  }

  private record LiveRow(RowSource source, int number) {}

  private Optional<LiveRow> liveRow(byte[] id) {
    // Newest first: what was written lately is written again the likeliest.
    for (int index = sources.size() - 1; index >= 0; index--) {
      int row = sources.get(index).find(id, Long.MAX_VALUE);
      if (row >= 0) {
        return Optional.of(new LiveRow(sources.get(index), row));
      }
    }
    return Optional.empty();
  }

  private void end(LiveRow row, long version) {
    row.source.markDead(row.number, version);
    var hash = new Hash128(row.source.hashHigh(row.number), row.source.hashLow(row.number));
    hashSum = hashSum.minus(hash);
    size--;
    snapshot = Optional.empty();
  }

  /// @param version the operation counter
  CollectionSnapshot snapshot(long version) {
    if (snapshot.isEmpty()) {
      // Later operations on other collections raise the counter, but change nothing that it shows.
      snapshot = Optional.of(new CollectionSnapshot(head, sources, size, version));
    }
    return snapshot.get();
  }

  // --- checkpoint

  /// From now on rows go to another buffer, until [#thaw] puts a segment in place of this one.
  FrozenState.FrozenCollection freeze() {
    assert frozen.isEmpty() : "frozen already";
    if (active.rowCount() > 0) {
      frozen = Optional.of(active);
      active = newBuffer();
      sources = sources();
      snapshot = Optional.empty();
    }
    return new FrozenState.FrozenCollection(head, segments, frozen, hashSum);
  }

  /// Puts what a checkpoint wrote in place of the frozen buffer.
  ///
  /// @param segment its rows that lived when it was frozen, with their later deaths; empty if none
  ///   did
  void thaw(Optional<SegmentRows> segment) {
    var longer = new ArrayList<>(segments);
    segment.ifPresent(longer::add);
    segments = List.copyOf(longer);
    frozen = Optional.empty();
    sources = sources();
    snapshot = Optional.empty();
  }

  /// Puts a segment in place of others that hold the same live rows.
  ///
  /// @param output empty if none of their rows lives
  void replace(List<SegmentRows> inputs, Optional<SegmentRows> output) {
    var replaced = new ArrayList<SegmentRows>();
    for (var rows : segments) {
      if (rows.equals(inputs.getFirst())) {
        output.ifPresent(replaced::add);
      }
      if (!inputs.contains(rows)) {
        replaced.add(rows);
      }
    }
    assert replaced.size() + inputs.size() == segments.size() + output.stream().count()
        : inputs.size() + " of " + segments.size();
    segments = List.copyOf(replaced);
    sources = sources();
    snapshot = Optional.empty();
  }

  private ActiveBuffer newBuffer() {
    return new ActiveBuffer(head.descriptor().dimension(), hashSeeds.nextInt());
  }
}
