package io.quiverdb.bench.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.core.Metric;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Debian's packages by their descriptions, as `quiver import --hash-text text` makes vectors of
/// them. One of thirty is a query: they are sorted by name.
final class Packages {
  private static final int QUERY_EVERY = 30;

  private Packages() {}

  static Rows read(Path file, int rows, int queries) throws IOException {
    var embedder = new HashEmbedder();
    var base = new ArrayList<float[]>();
    var asked = new ArrayList<float[]>();
    var sections = new ArrayList<String>();
    String section = "";
    int read = 0;
    try (var in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)));
        var json = new JsonFactory().createParser(in)) {
      for (var token = json.nextToken();
          token != null && (base.size() < rows || asked.size() < queries);
          token = json.nextToken()) {
        if (token != JsonToken.VALUE_STRING) {
          continue;
        }
        if ("section".equals(json.currentName())) {
          section = json.getText();
        } else if ("text".equals(json.currentName())) {
          float[] vector = embedder.embed(json.getText());
          if (++read % QUERY_EVERY == 0) {
            asked.add(vector);
          } else if (base.size() < rows) {
            base.add(vector);
            sections.add(section);
          }
        }
      }
    }
    return new Rows(
        "Debian packages %dk × %d".formatted(rows / 1000, HashEmbedder.DIMENSION),
        Metric.COSINE,
        base.toArray(float[][]::new),
        asked.subList(0, queries).toArray(float[][]::new),
        List.of(new Rows.Category("section", sections)),
        // 10, 1 and 0.1 %.
        List.of(
            new Filter("section", "libs"),
            new Filter("section", "php"),
            new Filter("section", "xfce")));
  }
}
