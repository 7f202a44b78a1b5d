package io.quiverdb.bench.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.quiverdb.core.Metric;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Embeddings of the glosses of WordNet, and of sentences as queries: half floats, row by row, and
/// a line of JSON for each row.
final class WordNet {
  private static final int DIMENSION = 384;

  private WordNet() {}

  static Rows read(Path folder, int rows, int queries) throws IOException {
    var parts = new ArrayList<String>();
    var topics = new ArrayList<String>();
    try (var in =
            new GZIPInputStream(
                new BufferedInputStream(
                    Files.newInputStream(folder.resolve("base-50k.jsonl.gz"))));
        var json = new JsonFactory().createParser(in)) {
      for (var token = json.nextToken(); token != null && topics.size() < rows; ) {
        if (token == JsonToken.VALUE_STRING && "pos".equals(json.currentName())) {
          parts.add(json.getText());
        } else if (token == JsonToken.VALUE_STRING && "lexname".equals(json.currentName())) {
          topics.add(json.getText());
        }
        token = json.nextToken();
      }
    }
    return new Rows(
        "WordNet %dk × %d".formatted(rows / 1000, DIMENSION),
        Metric.COSINE,
        halves(folder.resolve("base-50k.f16"), rows),
        halves(folder.resolve("queries-1k.f16"), queries),
        List.of(new Rows.Category("part", parts), new Rows.Category("topic", topics)),
        // 70, 11, 6.3, 3, 1 and 0.1 %.
        List.of(
            new Filter("part", "n"),
            new Filter("part", "v"),
            new Filter("topic", "noun.animal"),
            new Filter("part", "r"),
            new Filter("topic", "noun.quantity"),
            new Filter("topic", "verb.weather")));
  }

  private static float[][] halves(Path file, int rows) throws IOException {
    var halves =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    var vectors = new float[rows][DIMENSION];
    for (int row = 0; row < rows; row++) {
      for (int index = 0; index < DIMENSION; index++) {
        vectors[row][index] = Float.float16ToFloat(halves.get(row * DIMENSION + index));
      }
      Rows.normalize(vectors[row]);
    }
    return vectors;
  }
}
