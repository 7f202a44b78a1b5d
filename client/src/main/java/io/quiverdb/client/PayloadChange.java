package io.quiverdb.client;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The payload that a point is to have in place of its own; its vector stays.
///
/// @param payloadJson JSON, kept to the letter; empty to take the payload away
public record PayloadChange(
    String id, Optional<String> payloadJson, Optional<Precondition> precondition) {
  public PayloadChange {
    Objects.requireNonNull(id);
  }

  /// @throws IllegalArgumentException for what JSON cannot hold
  public static PayloadChange of(String id, Map<String, ? extends @Nullable Object> payload) {
    return ofJson(id, PayloadJson.write(payload));
  }

  public static PayloadChange ofJson(String id, String json) {
    return new PayloadChange(id, Optional.of(json), Optional.empty());
  }

  /// Takes the payload away.
  public static PayloadChange none(String id) {
    return new PayloadChange(id, Optional.empty(), Optional.empty());
  }

  /// The same, if that holds of the point.
  public PayloadChange onlyIf(Precondition condition) {
    return new PayloadChange(id, payloadJson, Optional.of(condition));
  }

  io.quiverdb.api.v1.PayloadChange toWire() {
    io.quiverdb.api.v1.PayloadChange.Builder wire =
        io.quiverdb.api.v1.PayloadChange.newBuilder()
            .setId(id)
            .setPayload(payloadJson.map(ByteString::copyFromUtf8).orElse(ByteString.EMPTY));
    precondition.map(Precondition::toWire).ifPresent(wire::setPrecondition);
    return wire.build();
  }

  /// Not the payload: it does not belong into logs.
  @Override
  public String toString() {
    return "PayloadChange[id=" + id + "]";
  }
}
