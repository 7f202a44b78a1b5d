package io.quiverdb.bench.search;

import io.quiverdb.core.Metric;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Pictures of digits, a component for each pixel, 0 to 255. The last ones are the queries.
///
/// IDX: magic, count, rows and columns as big-endian integers, then a byte per pixel.
final class Mnist {
  private static final int MAGIC = 2051;

  private Mnist() {}

  static Rows read(Path file, int rows, int queries) throws IOException {
    float[][] pictures = pictures(file);
    var asked = Arrays.copyOfRange(pictures, pictures.length - queries, pictures.length);
    return new Rows(
        "MNIST %dk × %d".formatted(rows / 1000, pictures[0].length),
        Metric.L2_SQUARED,
        Arrays.copyOf(pictures, rows),
        asked,
        List.of(),
        List.of());
  }

  private static float[][] pictures(Path file) throws IOException {
    try (var in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))))) {
      int magic = in.readInt();
      if (magic != MAGIC) {
        throw new IOException(file + ": magic " + magic + " (expected: " + MAGIC + ")");
      }
      var pictures = new float[in.readInt()][];
      int pixels = in.readInt() * in.readInt();
      for (int picture = 0; picture < pictures.length; picture++) {
        pictures[picture] = new float[pixels];
        for (int pixel = 0; pixel < pixels; pixel++) {
          pictures[picture][pixel] = in.readUnsignedByte();
        }
      }
      return pictures;
    }
  }
}
