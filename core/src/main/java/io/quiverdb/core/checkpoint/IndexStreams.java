package io.quiverdb.core.checkpoint;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.IndexContent;
import io.quiverdb.core.IndexSnapshot;
import io.quiverdb.core.StoreView;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.StreamDraft;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.stream.StreamWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/// Writes streams of indexes. Whoever fills a stream may fail: that is no fault of the disk, and
/// the publication goes on without that stream.
final class IndexStreams {
  private final Storage storage;
  private final ManifestStore manifests;
  private final LongFunction<PageCodec> codecs;
  private Optional<Exception> failure = Optional.empty();

  /// @param codecs by collection
  IndexStreams(Storage storage, ManifestStore manifests, LongFunction<PageCodec> codecs) {
    this.storage = storage;
    this.manifests = manifests;
    this.codecs = codecs;
  }

  /// Why the first of the streams that are left out could not be filled.
  Optional<Exception> failure() {
    return failure;
  }

  /// @param asOf what the streams shall hold; of a collection that is not there none is written
  /// @return by collection
  Map<Long, List<Manifest.IndexStream>> write(List<IndexSnapshot> snapshots, StoreView asOf)
      throws IOException {
    Map<Long, List<Manifest.IndexStream>> streams = new HashMap<>();
    for (var snapshot : snapshots) {
      var collection = asOf.collection(snapshot.collectionId());
      if (collection.isPresent()) {
        try (var draft = manifests.draftStream(snapshot.collectionId(), OptionalLong.empty())) {
          var stream = write(draft, snapshot.name(), snapshot.content(), collection.get());
          stream.ifPresent(
              written ->
                  streams
                      .computeIfAbsent(snapshot.collectionId(), _ -> new ArrayList<>())
                      .add(written));
        }
      }
    }
    return streams;
  }

  /// Empty if it could not be filled.
  Optional<Manifest.IndexStream> write(
      StreamDraft draft, String name, IndexContent content, CollectionView asOf)
      throws IOException {
    storage.createDirectories(draft.directory());
    try (var out =
        new StreamWriter(storage, draft.path(), draft.fileId(), codecs.apply(asOf.id()))) {
      if (!fill(content, out, asOf)) {
        return Optional.empty();
      }
      return Optional.of(
          Manifest.IndexStream.newBuilder()
              .setName(name)
              .setVersion(draft.version())
              .setFileId(draft.fileId())
              .setFileBytes(out.finish())
              .build());
    }
  }

  private boolean fill(IndexContent content, StreamWriter out, CollectionView asOf)
      throws IOException {
    try {
      content.writeTo(out, asOf);
      return true;
    } catch (IOException | RuntimeException e) {
      if (out.failed()) {
        throw e;
      }
      failure = failure.or(() -> Optional.of(e));
      return false;
    }
  }
}
