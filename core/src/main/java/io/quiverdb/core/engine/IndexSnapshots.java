package io.quiverdb.core.engine;

import io.quiverdb.core.IndexContent;
import io.quiverdb.core.IndexSnapshot;
import io.quiverdb.core.RecoveredIndex;
import io.quiverdb.core.RecoveryTail;
import io.quiverdb.core.StaleGenerationException;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.checkpoint.IndexAttachment;
import io.quiverdb.core.checkpoint.SegmentStream;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.stream.StreamReader;
import io.quiverdb.core.view.PinnedView;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// The indexes that are published with the files of an open store.
public final class IndexSnapshots {
  private static final String ATTACHING = "attaching an index";

  private final Health health;
  private final FilesLock files;
  private final ManifestStore manifests;
  private final IndexAttachment attachment;
  private final LiveState live;

  /// Held for reading by whoever attaches an index: the store is not closed meanwhile.
  private final ReentrantReadWriteLock attaching = new ReentrantReadWriteLock();

  IndexSnapshots(
      Health health,
      FilesLock files,
      ManifestStore manifests,
      IndexAttachment attachment,
      LiveState live) {
    this.health = health;
    this.files = files;
    this.manifests = manifests;
    this.attachment = attachment;
    this.live = live;
  }

  /// Gives a segment an index of its own, by a manifest that changes nothing else. While it is
  /// written, all else goes on.
  ///
  /// @param generation that the segment was seen in
  /// @return false if there is no such segment any more
  /// @throws StaleGenerationException if another one is live
  public boolean attach(
      long generation, long collectionId, long segmentId, String name, IndexContent content) {
    IndexSnapshot.checkName(name);
    attaching.readLock().lock();
    try {
      var begun = files.change(ATTACHING, () -> begin(generation, collectionId, segmentId, name));
      if (begun.isEmpty()) {
        return false;
      }
      try (var written = begun.get()) {
        write(written.stream, content);
        return files.change(ATTACHING, () -> publish(generation, written));
      }
    } finally {
      attaching.readLock().unlock();
    }
  }

  /// @param view that the index is of
  private record Begun(PinnedView view, SegmentStream stream) implements AutoCloseable {
    @Override
    public void close() {
      stream.close();
      view.close();
    }
  }

  private Optional<Begun> begin(long generation, long collectionId, long segmentId, String name) {
    if (health.isStopping()) {
      // Nobody waits for those that begin now.
      throw new StoreClosedException();
    }
    requireLive(generation);
    var view = live.view();
    try {
      var collection =
          view.collection(collectionId).orElseThrow(() -> LiveState.noCollection(collectionId));
      var stream = attachment.begin(collection, segmentId, name);
      if (stream.isEmpty()) {
        view.close();
      }
      return stream.map(started -> new Begun(view, started));
    } catch (Throwable e) {
      view.close();
      throw e;
    }
  }

  private void write(SegmentStream stream, IndexContent content) {
    try {
      stream.write(content);
    } catch (IOException e) {
      throw health.failed(ATTACHING, e);
    }
  }

  private boolean publish(long generation, Begun begun) throws IOException {
    requireLive(generation);
    boolean published = attachment.publish(begun.stream);
    begun.stream.close();
    int _ = manifests.deleteGarbage();
    return published;
  }

  private void requireLive(long generation) {
    if (generation != manifests.generation()) {
      throw new StaleGenerationException(generation, manifests.generation());
    }
  }

  /// Waits for those that are being attached.
  void awaitIdle() {
    attaching.writeLock().lock();
    try {
      assert attaching.isWriteLockedByCurrentThread();
    } finally {
      attaching.writeLock().unlock();
    }
  }

  /// Of the streams of a collection.
  public List<String> names(long collectionId) {
    health.requireUsable();
    return attachment.names(collectionId);
  }

  /// What came with a checkpoint, with what has changed since. No other one is published between
  /// the two looks at it.
  ///
  /// @throws IllegalArgumentException if the collection is not there
  public Optional<RecoveredIndex> recover(long collectionId, String name) {
    return files.read("an index", () -> start(collectionId, name)).map(Started::finish);
  }

  private Optional<Started> start(long collectionId, String name) throws IOException {
    var since = live.sinceCheckpoint();
    try {
      var stream = attachment.open(collectionId, name);
      if (stream.isEmpty()) {
        since.close();
      }
      return stream.map(opened -> new Started(collectionId, opened, since));
    } catch (Throwable e) {
      since.close();
      throw e;
    }
  }

  private record Started(long collectionId, StreamReader stream, LiveState.SinceCheckpoint since) {
    RecoveredIndex finish() {
      try {
        return new RecoveredIndex(stream, since.tail(collectionId));
      } catch (Throwable e) {
        stream.close();
        throw e;
      }
    }
  }

  /// The net change of a collection since the newest checkpoint.
  ///
  /// @throws IllegalArgumentException if the collection is not there
  public RecoveryTail tail(long collectionId) {
    return live.sinceCheckpoint().tail(collectionId);
  }

  /// What came with a checkpoint.
  public Optional<InputStream> open(long collectionId, String name) {
    return files.read("an index", () -> attachment.open(collectionId, name)).map(stream -> stream);
  }

  /// Whether something of this name was attached to a segment; whether it is sound, reading tells.
  /// Waits for nobody: every write asks.
  boolean has(long collectionId, long segmentId, String name) {
    return attachment.has(collectionId, segmentId, name);
  }

  /// What was attached to a segment.
  ///
  /// @param generation that the segment was seen in
  /// @throws StaleGenerationException if another one is live
  Optional<InputStream> open(long generation, long collectionId, long segmentId, String name) {
    return files
        .read(
            "an index",
            () -> {
              requireLive(generation);
              return attachment.open(collectionId, segmentId, name);
            })
        .map(stream -> stream);
  }

  /// What was attached to a segment.
  public Optional<InputStream> open(long collectionId, long segmentId, String name) {
    return files
        .read("an index", () -> attachment.open(collectionId, segmentId, name))
        .map(stream -> stream);
  }
}
