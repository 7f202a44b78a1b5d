package io.quiverdb.cli.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HashEmbedderTest {
  private final HashEmbedder embedder = new HashEmbedder();

  /// One text a line: text, tab, the 256 components as little-endian binary32 in hexadecimal.
  /// Written by `hash-embedder-vectors.py`, which follows the recipe and not our code.
  @Test
  void vectorsAreThoseOfTheRecipe() throws IOException {
    try (var file =
        Objects.requireNonNull(getClass().getResourceAsStream("hash-embedder-vectors.txt"))) {
      var lines = new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();

      assertThat(lines).hasSizeGreaterThanOrEqualTo(8);
      for (var line : lines) {
        var parts = line.split("\t", 2);
        assertThat(embedder.embed(parts[0])).as(parts[0]).containsExactly(floats(parts[1]));
      }
    }
  }

  @Test
  void vectorsHaveLengthOne() {
    var vector = embedder.embed("cat face with tears of joy");

    assertThat(dot(vector, vector)).isCloseTo(1, within(1e-6));
  }

  @Test
  void caseAndPunctuationMakeNoDifference() {
    assertThat(embedder.embed("Left-wards  ARROW!")).isEqualTo(embedder.embed("left wards arrow"));
  }

  @Test
  void sharedWordsBringTextsNear() {
    var arrow = embedder.embed("leftwards arrow");

    assertThat(dot(arrow, embedder.embed("rightwards arrow")))
        .isGreaterThan(dot(arrow, embedder.embed("cat face")));
  }

  @Test
  void textWithoutWordsIsRefused() {
    assertThatThrownBy(() -> embedder.embed(" !? "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("text: \" !? \" (expected: at least one letter or digit)");
  }

  private static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int index = 0; index < left.length; index++) {
      sum += (double) left[index] * right[index];
    }
    return sum;
  }

  private static float[] floats(String hexadecimal) {
    var bytes =
        ByteBuffer.wrap(HexFormat.of().parseHex(hexadecimal)).order(ByteOrder.LITTLE_ENDIAN);
    var floats = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }
}
