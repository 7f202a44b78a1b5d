package io.quiverdb.client;

import static io.quiverdb.client.Filter.field;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The example of the README, as it stands there but for the address.
final class ReadmeExampleTest {
  @Test
  void exampleFindsWhatItStored() {
    try (FakeCluster cluster = new FakeCluster(1, 3)) {
      String address = cluster.node(0).address();
      float[] vector = new float[384];
      float[] query = new float[384];
      vector[0] = 1;
      query[0] = 1;

      try (QuiverClient quiver = QuiverClient.connect(address)) {
        Collection docs =
            quiver.createCollection("docs", Schema.cosine(384).keyword("lang").numeric("year"));
        docs.upsert(Point.of("a", vector).payload(Map.of("lang", "en", "year", 2024)));
        List<Hit> hits = docs.search(query).k(10).filter(field("lang").eq("en")).run();

        assertThat(hits).extracting(Hit::id).containsExactly("a");
      }
    }
  }
}
