package io.quiverdb.bench.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.core.Metric;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataSetTest {
  @TempDir private Path folder;

  @Test
  void lastPicturesAreTheQueries() throws Exception {
    var rows = Mnist.read(pictures(2051), 2, 1);

    assertThat(rows.base()).isDeepEqualTo(new float[][] {{0, 1, 2, 3}, {4, 5, 6, 7}});
    assertThat(rows.queries()).isDeepEqualTo(new float[][] {{252, 253, 254, 255}});
  }

  @Test
  void fileThatIsNoPicturesIsRefused() {
    assertThatThrownBy(() -> Mnist.read(pictures(2049), 2, 1))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("magic 2049 (expected: 2051)");
  }

  /// Three of four pixels.
  private Path pictures(int magic) throws IOException {
    var file = folder.resolve("pictures.gz");
    try (var out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(magic);
      out.writeInt(3);
      out.writeInt(2);
      out.writeInt(2);
      out.write(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, -4, -3, -2, -1});
    }
    return file;
  }

  @Test
  void oneDescriptionOfThirtyIsAQuery() throws Exception {
    var file = folder.resolve("packages.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      for (int row = 1; row <= 60; row++) {
        out.write(
            "{\"id\":\"p%d\",\"payload\":{\"section\":\"s%d\",\"tags\":[\"text\"],\"text\":\"word %d\"}}\n"
                .formatted(row, row % 2, row)
                .getBytes(StandardCharsets.UTF_8));
      }
    }

    var rows = Packages.read(file, 58, 2);

    var embedder = new HashEmbedder();
    assertThat(rows.base()).hasDimensions(58, HashEmbedder.DIMENSION);
    assertThat(rows.base()[29]).isEqualTo(embedder.embed("word 31"));
    assertThat(rows.queries())
        .isDeepEqualTo(new float[][] {embedder.embed("word 30"), embedder.embed("word 60")});
    assertThat(rows.matching(new Filter("section", "s1"))).startsWith(0, 2, 4).hasSize(30);
  }

  @Test
  void drawnRowsAreTheSameEachTimeAndSayWhatTheyAre() {
    var rows = new Drawn(16, Metric.L2_SQUARED).rows(1000, 3);

    assertThat(rows.name()).isEqualTo("generated 1k × 16");
    assertThat(rows.base()).isDeepEqualTo(new Drawn(16, Metric.L2_SQUARED).rows(1000, 3).base());
    assertThat(rows.matching(new Filter("lot", "50%"))).hasSizeBetween(400, 600);
  }

  @Test
  void aMillionRowsAreMeasuredOnlyWhereTheyAreAskedFor() {
    assertThat(DataSet.values())
        .filteredOn(set -> !set.isMeasuredUnasked())
        .containsExactly(DataSet.MILLION);
  }
}
