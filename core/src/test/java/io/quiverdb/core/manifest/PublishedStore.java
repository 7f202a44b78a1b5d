package io.quiverdb.core.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.LogPosition;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.segment.DeadRowsFile;
import io.quiverdb.core.segment.RandomRows;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.segment.SegmentRow;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.roaringbitmap.RoaringBitmap;

/// A store that goes through states which can be told apart: the n-th has position n, a window that
/// says so, and n segments, in all but the newest of which row n is dead.
final class PublishedStore {
  static final long COLLECTION_ID = 5;

  private static final UUID STORE_ID = new UUID(0, 0);

  private static final int DIMENSION = 4;

  /// More than states that a test publishes, so that each has a row of its own to be dead.
  private static final int ROW_COUNT = 8;

  private static final List<SegmentRow> ROWS = RandomRows.draw(new Random(2), ROW_COUNT, DIMENSION);

  private final Storage storage;
  private final ManifestStore manifests;

  private PublishedStore(Storage storage, ManifestStore manifests) {
    this.storage = storage;
    this.manifests = manifests;
  }

  static PublishedStore open(Storage storage) throws IOException {
    return new PublishedStore(
        storage, ManifestStore.open(storage, new Random(1), TestKeys.PLAIN, Optional.of(STORE_ID)));
  }

  ManifestStore manifests() {
    return manifests;
  }

  /// The number of the live state, 0 if there is none yet.
  int state() {
    return manifests.live().map(live -> (int) live.getPosition().getIndex()).orElse(0);
  }

  /// Publishes the next state and deletes what it does not need.
  void advance() throws IOException {
    int next = state() + 1;
    String directory = manifests.collectionDirectory(COLLECTION_ID);
    List<Manifest.Segment> segments = new ArrayList<>();
    for (var segment : liveSegments()) {
      DeadRowsFile.write(
          storage,
          directory,
          segment.getId(),
          manifests.nextVersion(),
          RoaringBitmap.bitmapOf(next),
          PlainCodec.INSTANCE);
      segments.add(segment.toBuilder().setDeadRowsVersion(manifests.nextVersion()).build());
    }
    segments.add(
        ManifestStore.toProto(
            RandomRows.write(storage, directory, manifests.drawSegmentId(), DIMENSION, ROWS)));
    var published =
        manifests.publish(
            manifests.generation(),
            manifest ->
                manifest
                    .setPosition(LogPosition.newBuilder().setIndex(next))
                    .setWindow(manifests.writeWindow(window(next)))
                    .clearCollections()
                    .addCollections(
                        Manifest.Collection.newBuilder()
                            .setId(COLLECTION_ID)
                            .setCollectionDescriptor(
                                OpProtos.toProto(new Descriptor(1, Metric.DOT)))
                            .addAllSegments(segments)));
    assertThat(published).isPresent();
    manifests.deleteGarbage();
  }

  /// Everything that the live manifest names is there, and is of its state.
  void assertIntact() throws IOException {
    assertThat(manifests.readWindow()).isEqualTo(state() == 0 ? new byte[0] : window(state()));
    assertThat(liveSegments()).hasSize(state());
    String directory = manifests.collectionDirectory(COLLECTION_ID);
    for (var segment : liveSegments()) {
      var summary = ManifestStore.summary(segment);
      var opened = Segment.open(storage, directory, summary, DIMENSION, PlainCodec.INSTANCE);
      for (int row = 0; row < ROWS.size(); row++) {
        assertThat(opened.id(row)).isEqualTo(ROWS.get(row).idUtf8());
        assertThat(opened.vector(row).mismatch(ROWS.get(row).vector())).isEqualTo(-1);
        assertThat(opened.payload(row).mismatch(ROWS.get(row).payload())).isEqualTo(-1);
      }
      if (segment.hasDeadRowsVersion()) {
        assertThat(
                DeadRowsFile.read(
                    storage,
                    directory,
                    segment.getId(),
                    segment.getDeadRowsVersion(),
                    segment.getRowCount(),
                    PlainCodec.INSTANCE))
            .isEqualTo(RoaringBitmap.bitmapOf(state()));
      }
    }
  }

  private List<Manifest.Segment> liveSegments() {
    return manifests.live().map(live -> live.getCollections(0).getSegmentsList()).orElse(List.of());
  }

  private static byte[] window(int state) {
    return ("window of state " + state).getBytes(UTF_8);
  }
}
