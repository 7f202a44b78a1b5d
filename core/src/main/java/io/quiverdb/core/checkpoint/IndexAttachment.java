package io.quiverdb.core.checkpoint;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.crypto.CollectionKeys;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.stream.StreamReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Adds streams to segments that are published, and reads streams.
public final class IndexAttachment {
  private final Storage storage;
  private final ManifestStore manifests;

  public IndexAttachment(Storage storage, ManifestStore manifests) {
    this.storage = storage;
    this.manifests = manifests;
  }

  /// Begins a stream of a segment. For the thread that may publish; it is then written by any.
  ///
  /// @param collection the one of the segment
  /// @return empty if the segment is not there
  public Optional<SegmentStream> begin(CollectionView collection, long segmentId, String name) {
    if (!hasSegment(collection.id(), segmentId)) {
      return Optional.empty();
    }
    var codec = codec(collection.id());
    return Optional.of(
        new SegmentStream(
            new IndexStreams(storage, manifests, _ -> codec),
            manifests.draftStream(collection.id(), OptionalLong.of(segmentId)),
            collection,
            segmentId,
            name));
  }

  /// Publishes the live manifest with one stream more, or in place of the one of its name:
  /// position, dead rows, counters and window stay. For the thread that may publish.
  ///
  /// @return whether the segment is there
  /// @throws IOException if the disk failed; which manifest is live is known only after reopening
  public boolean publish(SegmentStream stream) throws IOException {
    return hasSegment(stream.collectionId(), stream.segmentId())
        && manifests
            .publish(
                stream.generation(),
                next -> attach(next, stream.collectionId(), stream.segmentId(), stream.written()))
            .isPresent();
  }

  private boolean hasSegment(long collectionId, long segmentId) {
    return segments(collectionId).stream().anyMatch(segment -> segment.getId() == segmentId);
  }

  /// Throws what the owner of an index threw.
  public static void rethrow(Exception failure) {
    switch (failure) {
      case RuntimeException e -> throw e;
      case IOException e -> throw new UncheckedIOException(e);
      default -> throw new AssertionError(failure);
    }
  }

  private static void attach(
      Manifest.Builder next, long collectionId, long segmentId, Manifest.IndexStream stream) {
    for (var collection : next.getCollectionsBuilderList()) {
      if (collection.getId() == collectionId) {
        for (var segment : collection.getSegmentsBuilderList()) {
          if (segment.getId() == segmentId) {
            var others =
                segment.getIndexStreamsList().stream()
                    .filter(other -> !other.getName().equals(stream.getName()))
                    .toList();
            segment.clearIndexStreams().addAllIndexStreams(others).addIndexStreams(stream);
          }
        }
      }
    }
  }

  /// The names of a collection's streams.
  public List<String> names(long collectionId) {
    return manifests.live().stream()
        .flatMap(manifest -> manifest.getCollectionsList().stream())
        .filter(collection -> collection.getId() == collectionId)
        .flatMap(collection -> collection.getIndexStreamsList().stream())
        .map(Manifest.IndexStream::getName)
        .toList();
  }

  /// A stream of a collection. For the thread that may publish; the stream itself may be read by
  /// any and whatever is published meanwhile.
  public Optional<StreamReader> open(long collectionId, String name) throws IOException {
    var streams =
        manifests.live().stream()
            .flatMap(manifest -> manifest.getCollectionsList().stream())
            .filter(collection -> collection.getId() == collectionId)
            .flatMap(collection -> collection.getIndexStreamsList().stream())
            .toList();
    return open(collectionId, OptionalLong.empty(), streams, name);
  }

  /// Whether a segment has a stream. For the thread that may publish.
  public boolean has(long collectionId, long segmentId, String name) {
    return streams(collectionId, segmentId).stream()
        .anyMatch(stream -> stream.getName().equals(name));
  }

  /// A stream of a segment.
  public Optional<StreamReader> open(long collectionId, long segmentId, String name)
      throws IOException {
    return open(collectionId, OptionalLong.of(segmentId), streams(collectionId, segmentId), name);
  }

  private List<Manifest.IndexStream> streams(long collectionId, long segmentId) {
    return segments(collectionId).stream()
        .filter(segment -> segment.getId() == segmentId)
        .flatMap(segment -> segment.getIndexStreamsList().stream())
        .toList();
  }

  private Optional<StreamReader> open(
      long collectionId, OptionalLong segmentId, List<Manifest.IndexStream> streams, String name)
      throws IOException {
    var stream = streams.stream().filter(one -> one.getName().equals(name)).findFirst();
    if (stream.isEmpty()) {
      return Optional.empty();
    }
    String path = manifests.published().orElseThrow().stream(collectionId, segmentId, stream.get());
    return Optional.of(
        StreamReader.open(
            storage,
            path,
            stream.get().getFileBytes(),
            stream.get().getFileId(),
            codec(collectionId)));
  }

  /// Of a collection that the live manifest has.
  private PageCodec codec(long collectionId) {
    return manifests.live().stream()
        .flatMap(manifest -> manifest.getCollectionsList().stream())
        .filter(collection -> collection.getId() == collectionId)
        .map(collection -> manifests.keys().collection(collectionId, collection.getWrappedKeys()))
        .map(CollectionKeys::codec)
        .findFirst()
        .orElseThrow();
  }

  /// Of a collection, as the live manifest has them, oldest first.
  private List<Manifest.Segment> segments(long collectionId) {
    return manifests.live().stream()
        .flatMap(manifest -> manifest.getCollectionsList().stream())
        .filter(collection -> collection.getId() == collectionId)
        .flatMap(collection -> collection.getSegmentsList().stream())
        .toList();
  }
}
