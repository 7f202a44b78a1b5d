package io.quiverdb.core.segment;

import io.quiverdb.core.Payload;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Rows to fill segments with, in id order, the extremes of lengths among them.
public final class RandomRows {
  private RandomRows() {}

  public static List<SegmentRow> draw(RandomGenerator random, int count, int dimension) {
    Map<byte[], SegmentRow> rows = new TreeMap<>(Arrays::compareUnsigned);
    while (rows.size() < count) {
      byte[] id = drawId(random);
      rows.put(
          id,
          new SegmentRow(
              id,
              MemorySegment.ofArray(bytes(random, dimension * Float.BYTES)),
              MemorySegment.ofArray(drawPayload(random)),
              random.nextLong(),
              random.nextLong(),
              random.nextLong()));
    }
    return List.copyOf(rows.values());
  }

  public static SegmentSummary write(
      Storage storage, String directory, long segmentId, int dimension, List<SegmentRow> rows)
      throws IOException {
    return write(storage, directory, segmentId, dimension, rows, PlainCodec.INSTANCE);
  }

  static SegmentSummary write(
      Storage storage,
      String directory,
      long segmentId,
      int dimension,
      List<SegmentRow> rows,
      PageCodec codec)
      throws IOException {
    try (var writer =
        new SegmentWriter(storage, directory, segmentId, dimension, List.of(), codec)) {
      for (var row : rows) {
        writer.add(row);
      }
      return writer.finish();
    }
  }

  /// Any UTF-8: bytes above 0x7f are among it.
  private static byte[] drawId(RandomGenerator random) {
    return switch (random.nextInt(10)) {
      case 0 -> new byte[] {(byte) (' ' + random.nextInt(90))};
      case 1 -> Arrays.copyOf(text(random, 512), 512);
      default -> text(random, 1 + random.nextInt(20));
    };
  }

  private static byte[] text(RandomGenerator random, int characters) {
    var text = new StringBuilder();
    for (int index = 0; index < characters; index++) {
      text.appendCodePoint(
          random.nextBoolean() ? 'a' + random.nextInt(3) : 0x4e00 + random.nextInt(9));
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] drawPayload(RandomGenerator random) {
    return switch (random.nextInt(20)) {
      case 0 -> bytes(random, Payload.BYTES_MAX);
      case 1 -> bytes(random, random.nextInt(Payload.BYTES_MAX));
      case 2, 3, 4 -> new byte[0];
      default -> bytes(random, random.nextInt(300));
    };
  }

  private static byte[] bytes(RandomGenerator random, int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
