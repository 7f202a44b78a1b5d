package io.quiverdb.core.checkpoint;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.IndexContent;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.StreamDraft;
import java.io.IOException;
import java.util.Optional;

/// A stream that is being written for a segment, while checkpoints and compactions go on. To be
/// closed when it was published or given up.
public final class SegmentStream implements AutoCloseable {
  private final IndexStreams streams;
  private final StreamDraft draft;
  private final CollectionView collection;
  private final long segmentId;
  private final String name;
  private Optional<Manifest.IndexStream> written = Optional.empty();

  SegmentStream(
      IndexStreams streams,
      StreamDraft draft,
      CollectionView collection,
      long segmentId,
      String name) {
    this.streams = streams;
    this.draft = draft;
    this.collection = collection;
    this.segmentId = segmentId;
    this.name = name;
  }

  /// Writes and syncs it. What `content` throws is thrown on.
  ///
  /// @throws IOException if the disk failed
  public void write(IndexContent content) throws IOException {
    written = streams.write(draft, name, content, collection);
    streams.failure().ifPresent(IndexAttachment::rethrow);
  }

  long collectionId() {
    return collection.id();
  }

  long segmentId() {
    return segmentId;
  }

  /// In which it can be published.
  long generation() {
    return draft.generation();
  }

  Manifest.IndexStream written() {
    return written.orElseThrow();
  }

  @Override
  public void close() {
    draft.close();
  }
}
