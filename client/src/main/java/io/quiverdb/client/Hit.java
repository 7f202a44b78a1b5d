package io.quiverdb.client;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A point that a search found.
public final class Hit {
  private final String id;
  private final float score;
  private final long version;
  private final Optional<String> payloadJson;
  private final float @Nullable [] vector;

  private Hit(
      String id,
      float score,
      long version,
      Optional<String> payloadJson,
      float @Nullable [] vector) {
    this.id = id;
    this.score = score;
    this.version = version;
    this.payloadJson = payloadJson;
    this.vector = vector;
  }

  static Hit of(io.quiverdb.api.v1.Hit hit) {
    return new Hit(
        hit.getId(),
        hit.getScore(),
        hit.getVersion(),
        Optional.of(hit.getPayload().toStringUtf8()).filter(json -> !json.isEmpty()),
        hit.hasVector() ? Vectors.of(hit.getVector()) : null);
  }

  public String id() {
    return id;
  }

  /// By the collection's metric.
  public float score() {
    return score;
  }

  public long version() {
    return version;
  }

  /// Empty if it was not asked for, or if the point has none.
  public Optional<String> payloadJson() {
    return payloadJson;
  }

  /// As of [StoredPoint#payload]. Empty if it was not asked for, or if the point has none.
  ///
  /// @throws IllegalStateException if the payload is no JSON object
  public Map<String, @Nullable Object> payload() {
    return payloadJson.map(PayloadJson::read).orElseGet(Map::of);
  }

  /// Empty if it was not asked for.
  public Optional<float[]> vector() {
    return vector == null ? Optional.empty() : Optional.of(vector.clone());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Hit hit
        && id.equals(hit.id)
        && Float.compare(score, hit.score) == 0
        && version == hit.version
        && payloadJson.equals(hit.payloadJson)
        && Arrays.equals(vector, hit.vector);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, score, version);
  }

  /// Neither vector nor payload: they do not belong into logs.
  @Override
  public String toString() {
    return "Hit[id=" + id + ", score=" + score + ", version=" + version + "]";
  }
}
