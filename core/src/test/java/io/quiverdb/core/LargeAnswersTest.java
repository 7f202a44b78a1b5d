package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LargeAnswersTest {
  private static final int POINTS = 1_600;

  /// More than an answer may hold, of all points together.
  private static final Payload LARGEST =
      Payload.ofJson("\"" + "x".repeat(Payload.BYTES_MAX - 2) + "\"");

  @TempDir private Path folder;

  @Test
  void searchWhosePayloadsAreTooMuchForOneAnswerIsRefusedAndOneWithoutThemIsNot() {
    try (var store =
        Store.open(
            folder.resolve("store"),
            MasterKey.createFile(folder.resolve("key"), new SecureRandom()),
            StoreOptions.standard())) {
      write(store);

      assertThatThrownBy(() -> search(store, POINTS, true))
          .isInstanceOf(AnswerTooLargeException.class)
          .hasMessage(
              "answer: more than 100663296 bytes (expected: at most as many; ask for fewer points,"
                  + " or without payloads and vectors)");
      assertThat(search(store, POINTS, false)).isEqualTo(POINTS);
      assertThat(search(store, 100, true)).isEqualTo(100);
    }
  }

  private static void write(Store store) {
    long _ = store.createCollection("docs", new Descriptor(2, Metric.L2_SQUARED), Settings.NONE);
    var batch = new ArrayList<Point>();
    for (int point = 0; point < POINTS; point++) {
      batch.add(new Point("p" + point, Vector.of(point, 1), LARGEST));
      if (batch.size() == 100) {
        long _ = store.upsertBatch("docs", batch);
        batch.clear();
      }
    }
  }

  private static int search(Store store, int k, boolean withPayload) {
    return store
        .search("docs", new Query(Vector.of(0, 0), k, Optional.empty(), withPayload, false))
        .size();
  }
}
