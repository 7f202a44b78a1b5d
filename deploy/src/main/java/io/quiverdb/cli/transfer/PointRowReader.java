package io.quiverdb.cli.transfer;

import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.client.Point;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;

/// Turns lines into points to store, and checks what can be checked without asking the cluster.
public final class PointRowReader {
  private static final int ID_BYTES_MAX = 512;

  private final Optional<String> textField;
  private final Optional<PayloadText> text;
  private final HashEmbedder embedder = new HashEmbedder();
  private OptionalInt dimension = OptionalInt.empty();

  /// @param textField of payloads, whose text gives the vector; empty where rows bring their own
  public PointRowReader(Optional<String> textField) {
    this.textField = textField;
    this.text = textField.map(PayloadText::new);
  }

  /// From now on, vectors must have so many components.
  public void expectDimension(int dimension) {
    this.dimension = OptionalInt.of(dimension);
  }

  public Point read(NumberedLines.Line line) throws BadRowException {
    if (line.cut()) {
      throw new BadRowException(
          "too long (expected: at most " + NumberedLines.LINE_BYTES_MAX + " bytes)");
    }
    var row = PointRowFormat.read(line.bytes());
    checkId(row.id());
    var vector = vector(row);
    checkDimension(vector);
    var bare = Point.of(row.id(), vector);
    return row.payloadJson().map(bare::payloadJson).orElse(bare);
  }

  private float[] vector(PointRow row) throws BadRowException {
    if (text.isEmpty()) {
      return row.vector()
          .orElseThrow(
              () -> new BadRowException("vector: missing (expected: an array of numbers)"));
    }
    var value =
        row.payloadJson()
            .flatMap(text.get()::find)
            .orElseThrow(
                () ->
                    new BadRowException(
                        "payload." + textField.orElseThrow() + ": missing (expected: text)"));
    try {
      return embedder.embed(value);
    } catch (IllegalArgumentException e) {
      throw new BadRowException("payload." + textField.orElseThrow() + ": " + e.getMessage());
    }
  }

  private void checkDimension(float[] vector) throws BadRowException {
    if (dimension.isPresent() && vector.length != dimension.getAsInt()) {
      throw new BadRowException(
          "vector: " + vector.length + " values (expected: " + dimension.getAsInt() + ")");
    }
  }

  private static void checkId(String id) throws BadRowException {
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > ID_BYTES_MAX) {
      throw new BadRowException(
          "id: " + bytes + " bytes (expected: 1 to " + ID_BYTES_MAX + " bytes of UTF-8)");
    }
  }
}
