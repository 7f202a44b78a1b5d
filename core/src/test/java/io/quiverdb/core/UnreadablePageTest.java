package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.storage.FileStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Mapped pages that the disk cannot give: a page behind the end of its file raises the signal that
/// a failed read raises.
final class UnreadablePageTest {
  private static final int POINTS = 3_000;
  private static final String LAST = "id-" + (POINTS - 1);
  private static final int HEAD_BYTES = 8 << 10;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "false, vec",
    "false, pay",
    "false, ids",
    "true, vec",
    "true, pay",
    "true, ids",
  })
  void pageThatTheDiskCannotGiveIsNamedAndTheStoreGoesOn(boolean encrypted, String kind)
      throws IOException {
    var options = new StoreOptions(new SecureRandom());
    var masterKey = MasterKey.createFile(folder.resolve("key"), options.random());
    var directory = folder.resolve("store");
    try (var plain = KeyRing.plain(options.random());
        var store =
            encrypted
                ? Store.open(directory, masterKey, options)
                : Store.openWithKeyRing(FileStorage.at(directory), plain, options)) {
      fill(store);

      cut(directory, kind);

      var thrown = catchThrowableOfType(CorruptFileException.class, () -> store.get("docs", LAST));
      assertThat(thrown.file()).endsWith("." + kind);
      assertThat(thrown.page()).isPresent();
      assertThat(thrown.fault()).isEqualTo(StoreException.Fault.DATA);
      assertThat(store.verify().isIntact()).isFalse();
      long _ = store.upsert("other", point("b"));
      assertThat(store.get("other", "b")).isPresent();
    }
  }

  private static void fill(Store store) {
    for (var name : new String[] {"docs", "other"}) {
      long _ = store.createCollection(name, new Descriptor(64, Metric.DOT), Settings.NONE);
    }
    long _ =
        store.upsertBatch(
            "docs", IntStream.range(0, POINTS).mapToObj(n -> point("id-" + n)).toList());
    var _ = store.checkpoint();
  }

  private static Point point(String id) {
    return new Point(id, Vector.of(new float[64]), Payload.ofJson("{\"text\":\"of " + id + "\"}"));
  }

  /// Leaves the file's name and all that maps it.
  private static void cut(Path directory, String kind) throws IOException {
    try (var files = Files.walk(directory)) {
      var file = files.filter(path -> path.toString().endsWith("." + kind)).findFirst();
      try (var content = new RandomAccessFile(file.orElseThrow().toFile(), "rw")) {
        content.setLength(HEAD_BYTES);
      }
    }
  }
}
