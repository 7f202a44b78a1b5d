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
  private final Optional<Precondition> precondition;

  private Point(
      String id,
      float[] vector,
      Optional<String> payloadJson,
      Optional<Precondition> precondition) {
    this.id = id;
    this.vector = vector;
    this.payloadJson = payloadJson;
    this.precondition = precondition;
  }

  /// @param id 1 to 512 bytes of UTF-8
  public static Point of(String id, float... vector) {
    return new Point(
        Objects.requireNonNull(id), vector.clone(), Optional.empty(), Optional.empty());
  }

  /// With a payload of strings, numbers, booleans, maps, lists and nulls.
  ///
  /// @throws IllegalArgumentException for what JSON cannot hold
  public Point payload(Map<String, ? extends @Nullable Object> payload) {
    return payloadJson(PayloadJson.write(payload));
  }

  /// With a payload that is JSON already. It is kept to the letter.
  public Point payloadJson(String json) {
    return new Point(id, vector, Optional.of(json), precondition);
  }

  /// The same, to be stored if that holds of the point that is there or not.
  public Point onlyIf(Precondition condition) {
    return new Point(id, vector, payloadJson, Optional.of(condition));
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

  public Optional<Precondition> precondition() {
    return precondition;
  }

  io.quiverdb.api.v1.Point toWire() {
    io.quiverdb.api.v1.Point.Builder wire =
        io.quiverdb.api.v1.Point.newBuilder()
            .setId(id)
            .setVector(Vectors.toWire(vector))
            .setPayload(payloadJson.map(ByteString::copyFromUtf8).orElse(ByteString.EMPTY));
    precondition.map(Precondition::toWire).ifPresent(wire::setPrecondition);
    return wire.build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Point point
        && id.equals(point.id)
        && Arrays.equals(vector, point.vector)
        && payloadJson.equals(point.payloadJson)
        && precondition.equals(point.precondition);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, Arrays.hashCode(vector), payloadJson, precondition);
  }

  /// Neither vector nor payload: they do not belong into logs.
  @Override
  public String toString() {
    return "Point[id=" + id + ", dimension=" + vector.length + "]";
  }
}
