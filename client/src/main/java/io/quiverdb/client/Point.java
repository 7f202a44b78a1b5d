package io.quiverdb.client;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A point to store: an id, a vector, and a payload if it has one. Immutable.
public final class Point {
  private final String id;
  private final float[] vector;
  private final Optional<String> payloadJson;

  private Point(String id, float[] vector, Optional<String> payloadJson) {
    this.id = id;
    this.vector = vector;
    this.payloadJson = payloadJson;
  }

  /// @param id 1 to 512 bytes of UTF-8
  public static Point of(String id, float... vector) {
    return new Point(Objects.requireNonNull(id), vector.clone(), Optional.empty());
  }

  /// With a payload of strings, numbers, booleans, maps, lists and nulls.
  ///
  /// @throws IllegalArgumentException for what JSON cannot hold
  public Point payload(Map<String, ? extends @Nullable Object> payload) {
    return payloadJson(PayloadJson.write(payload));
  }

  /// With a payload that is JSON already. It is kept to the letter.
  public Point payloadJson(String json) {
    return new Point(id, vector, Optional.of(json));
  }

  public String id() {
    return id;
  }

  public float[] vector() {
    return vector.clone();
  }

  public Optional<String> payloadJson() {
    return payloadJson;
  }

  io.quiverdb.api.v1.Point toWire() {
    return io.quiverdb.api.v1.Point.newBuilder()
        .setId(id)
        .setVector(Vectors.toWire(vector))
        .setPayload(payloadJson.map(ByteString::copyFromUtf8).orElse(ByteString.EMPTY))
        .build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Point point
        && id.equals(point.id)
        && Arrays.equals(vector, point.vector)
        && payloadJson.equals(point.payloadJson);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, Arrays.hashCode(vector), payloadJson);
  }

  /// Neither vector nor payload: they do not belong into logs.
  @Override
  public String toString() {
    return "Point[id=" + id + ", dimension=" + vector.length + "]";
  }
}
