package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Files that are soundly sealed and make no sense: opening names them, and takes no memory that
/// they only claim to need.
final class SenselessFilesTest {
  private final SimulatedStorage storage = new SimulatedStorage();

  @BeforeEach
  void fillStore() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      shard.upsert(IntStream.range(0, 60).mapToObj(i -> point("id-" + i, i)).toArray(Point[]::new));
      shard.store.checkpoint();
      shard.delete("id-7");
      shard.store.checkpoint();
    }
  }

  @Test
  void windowOfMorePointsThanItHasBytes() throws IOException {
    // The number of points of the first request.
    assertRefused("gen-1/window-", PageType.WINDOW, 0, keys().catalog(), 28 + 65);
  }

  @Test
  void windowOfMoreRequestsThanItHasBytes() throws IOException {
    assertRefused("gen-1/window-", PageType.WINDOW, 0, keys().catalog(), 24);
  }

  @Test
  void directoryOfMorePagesThanItHasBytes() throws IOException {
    assertRefused(".dir", PageType.DIRECTORY, 1, collection(), 16);
  }

  @Test
  void directoryOfMoreFiltersThanItHasBytes() throws IOException {
    assertRefused(".dir", PageType.DIRECTORY, 1, collection(), 20);
  }

  @Test
  void deadRowsThatAreNoBitmap() throws IOException {
    assertRefused("/del-1-", PageType.DEAD_ROWS, 1, collection(), 0);
  }

  /// @param number offset of four bytes that become a number above 2^30, whatever their order
  private void assertRefused(String name, PageType type, long fileId, PageCodec codec, int number)
      throws IOException {
    String path =
        storage.files().stream().filter(one -> one.contains(name)).findFirst().orElseThrow();
    long version = versionOf(path, type);
    byte[] blob =
        BlobFile.decode(
            MemorySegment.ofArray(storage.content(path)), type, fileId, version, codec, path);
    Arrays.fill(blob, number, number + Integer.BYTES, (byte) 0x7f);
    storage.overwrite(path, BlobFile.encode(type, fileId, version, blob, codec));

    assertThatThrownBy(() -> new TestShard(storage, RequestWindow.BYTES_MAX))
        .isInstanceOfSatisfying(
            CorruptFileException.class, e -> assertThat(e.file()).isEqualTo(path));
    assertThat(Store.verify(storage, StoreOptions.standard(), TestKeys.SHARED.keyRing()).damages())
        .isNotEmpty();
  }

  private static long versionOf(String path, PageType type) {
    return type == PageType.DIRECTORY
        ? 0
        : Long.parseLong(path.substring(path.lastIndexOf('-') + 1));
  }

  private PageCodec collection() throws IOException {
    return keys()
        .collection(TestShard.COLLECTION, TestKeys.SHARED.wrapped(TestShard.COLLECTION))
        .codec();
  }

  private StoreKeys keys() throws IOException {
    return ManifestStore.open(
            storage, StoreOptions.standard().random(), TestKeys.SHARED.keyRing(), Optional.empty())
        .keys();
  }
}
