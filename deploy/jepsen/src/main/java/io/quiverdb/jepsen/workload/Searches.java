package io.quiverdb.jepsen.workload;

import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.Hit;
import io.quiverdb.jepsen.history.Operation;
import java.util.List;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Points with vectors of small whole numbers, whose distances are exact, and searches for them.
final class Searches {
  static final int DIMENSION = 3;
  private static final int COORDINATE_MAX = 20;

  private Searches() {}

  static float[] vector(RandomGenerator random) {
    return vector(random, DIMENSION, COORDINATE_MAX);
  }

  /// Of whole numbers from 0 to below `max`.
  static float[] vector(RandomGenerator random, int dimension, int max) {
    float[] vector = new float[dimension];
    for (int index = 0; index < dimension; index++) {
      vector[index] = random.nextInt(max);
    }
    return vector;
  }

  static boolean upsert(
      Session session, String collection, String key, String value, float[] vector) {
    Point point = Values.point(key, value, vector);
    return session
        .ask(
            collection,
            key,
            new Operation.Upsert(coordinates(vector), value),
            client -> Reply.of(client.collection(collection).upsert(point)))
        .isPresent();
  }

  static boolean search(Session session, String collection, float[] query, int k, boolean exact) {
    return session
        .ask(
            collection,
            new Operation.Search(coordinates(query), k, exact),
            client -> Reply.of(new Answer.Hits(hits(client, collection, query, k, exact))))
        .isPresent();
  }

  private static List<Hit> hits(
      QuiverClient client, String collection, float[] query, int k, boolean exact) {
    var search = client.collection(collection).search(query).k(k).withPayload();
    return (exact ? search.exact() : search)
        .run().stream()
            .map(
                hit ->
                    new Hit(
                        new Entry(
                            hit.id(),
                            String.valueOf(hit.payload().get(Values.FIELD)),
                            OptionalLong.of(hit.version())),
                        hit.score()))
            .toList();
  }

  static List<Double> coordinates(float[] vector) {
    return IntStream.range(0, vector.length).mapToObj(index -> (double) vector[index]).toList();
  }
}
