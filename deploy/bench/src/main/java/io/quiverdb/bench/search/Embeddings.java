package io.quiverdb.bench.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/// Vectors with a category each, and queries of their kind, for the cosine.
///
/// @param name says what they are
/// @param parts a part of speech by row
/// @param topics by row
@SuppressWarnings("ArrayRecordComponent") // never compared
record Embeddings(
    String name, float[][] base, float[][] queries, List<String> parts, List<String> topics) {
  private static final int DIMENSION = 384;
  private static final int GENERATED_CLUSTERS = 45;

  /// WordNet's, if the folder that `QUIVER_DATASETS` names has them; else drawn around centers.
  static Embeddings load(int rows, int queries) throws IOException {
    var folder =
        Optional.ofNullable(System.getenv("QUIVER_DATASETS"))
            .map(path -> Path.of(path).resolve("wordnet-minilm"))
            .filter(Files::isDirectory);
    return folder.isPresent() ? wordNet(folder.get(), rows, queries) : generated(rows, queries);
  }

  int dimension() {
    return base[0].length;
  }

  private static Embeddings wordNet(Path folder, int rows, int queries) throws IOException {
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
    return new Embeddings(
        "WordNet %dk × %d".formatted(rows / 1000, DIMENSION),
        halves(folder.resolve("base-50k.f16"), rows),
        halves(folder.resolve("queries-1k.f16"), queries),
        parts,
        topics);
  }

  private static float[][] halves(Path file, int rows) throws IOException {
    var halves =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    var vectors = new float[rows][DIMENSION];
    for (int row = 0; row < rows; row++) {
      for (int index = 0; index < DIMENSION; index++) {
        vectors[row][index] = Float.float16ToFloat(halves.get(row * DIMENSION + index));
      }
      normalize(vectors[row]);
    }
    return vectors;
  }

  private static Embeddings generated(int rows, int queries) {
    var random = new Random(1);
    var centers = new float[GENERATED_CLUSTERS][];
    for (int cluster = 0; cluster < centers.length; cluster++) {
      centers[cluster] = gaussian(random);
    }
    var topics = new ArrayList<String>();
    var parts = new ArrayList<String>();
    var base = new float[rows][];
    for (int row = 0; row < rows; row++) {
      int cluster = (int) (GENERATED_CLUSTERS * Math.pow(random.nextDouble(), 2));
      topics.add(cluster == 0 ? "noun.animal" : "topic." + cluster);
      parts.add(cluster < GENERATED_CLUSTERS / 2 ? "n" : "v");
      base[row] = around(centers[cluster], random);
    }
    var asked = new float[queries][];
    for (int query = 0; query < queries; query++) {
      asked[query] = around(centers[random.nextInt(GENERATED_CLUSTERS)], random);
    }
    return new Embeddings(
        "generated %dk × %d".formatted(rows / 1000, DIMENSION), base, asked, parts, topics);
  }

  private static float[] around(float[] center, Random random) {
    float[] vector = gaussian(random);
    for (int index = 0; index < DIMENSION; index++) {
      vector[index] = center[index] + 0.7f * vector[index];
    }
    normalize(vector);
    return vector;
  }

  private static float[] gaussian(Random random) {
    var vector = new float[DIMENSION];
    for (int index = 0; index < DIMENSION; index++) {
      vector[index] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static void normalize(float[] vector) {
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    float inverse = (float) (1 / Math.sqrt(squares));
    for (int index = 0; index < vector.length; index++) {
      vector[index] *= inverse;
    }
  }
}
