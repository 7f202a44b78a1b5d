package io.quiverdb.client;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A point as it is stored.
public final class StoredPoint {
  private final String id;
  private final float[] vector;
  private final Optional<String> payloadJson;
  private final long version;

  private StoredPoint(String id, float[] vector, Optional<String> payloadJson, long version) {
    this.id = id;
    this.vector = vector;
    this.payloadJson = payloadJson;
    this.version = version;
  }

  static StoredPoint of(io.quiverdb.api.v1.StoredPoint point) {
    return new StoredPoint(
        point.getId(),
        Vectors.of(point.getVector()),
        Optional.of(point.getPayload().toStringUtf8()).filter(json -> !json.isEmpty()),
        point.getVersion());
  }

  public String id() {
    return id;
  }

  public float[] vector() {
    return vector.clone();
  }

  /// To the letter as it was stored; empty if the point has none.
  public Optional<String> payloadJson() {
    return payloadJson;
  }

  /// The payload read: strings, [Long], [Double], booleans, maps, lists and nulls. Empty if the
  /// point has none.
  ///
  /// @throws IllegalStateException if the payload is no JSON object
  public Map<String, @Nullable Object> payload() {
    return payloadJson.map(PayloadJson::read).orElseGet(Map::of);
  }

  /// Grows with every write to the point's shard.
  public long version() {
    return version;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StoredPoint point
        && id.equals(point.id)
        && version == point.version
        && Arrays.equals(vector, point.vector)
        && payloadJson.equals(point.payloadJson);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, version);
  }

  /// Neither vector nor payload: they do not belong into logs.
  @Override
  public String toString() {
    return "StoredPoint[id=" + id + ", version=" + version + "]";
  }
}
