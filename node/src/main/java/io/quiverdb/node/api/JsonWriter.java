package io.quiverdb.node.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.api.v1.Vector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;

/// Writes answers and errors as JSON, as [JsonReader] reads requests. Lists and plain values are
/// always there, what is optional only if it is set, an empty payload not at all.
final class JsonWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonWriter() {}

  static byte[] write(Message message) {
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(bytes)) {
      writeMessage(json, message);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /// A problem document (RFC 9457).
  static byte[] writeProblem(ErrorDetail detail, int status) {
    var bytes = new ByteArrayOutputStream();
    String code = detail.getCode().name().toLowerCase(Locale.ROOT);
    try (var json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("type", "urn:quiver:error:" + code);
      json.writeStringField("title", title(code));
      json.writeNumberField("status", status);
      json.writeStringField("detail", detail.getMessage());
      json.writeStringField("code", detail.getCode().name());
      json.writeBooleanField("retry_safe", detail.getRetrySafe());
      if (detail.getRetryAfterMillis() > 0) {
        json.writeNumberField("retry_after_millis", detail.getRetryAfterMillis());
      }
      writeIfPresent(json, "reason", detail.getReason());
      writeIfPresent(json, "leader_address", detail.getLeaderAddress());
      writeIfPresent(json, "request_id", detail.getRequestId());
      writeIfPresent(json, "trace_id", detail.getTraceId());
      if (detail.getFailedPointsCount() > 0) {
        json.writeArrayFieldStart("failed_points");
        for (var point : detail.getFailedPointsList()) {
          writeMessage(json, point);
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private static String title(String code) {
    String words = code.replace('_', ' ');
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private static void writeIfPresent(JsonGenerator json, String name, String value)
      throws IOException {
    if (!value.isEmpty()) {
      json.writeStringField(name, value);
    }
  }

  private static void writeMessage(JsonGenerator json, Message message) throws IOException {
    json.writeStartObject();
    for (var field : message.getDescriptorForType().getFields()) {
      if (isWritten(message, field)) {
        json.writeFieldName(field.getName());
        writeField(json, field, message.getField(field));
      }
    }
    json.writeEndObject();
  }

  private static boolean isWritten(Message message, FieldDescriptor field) {
    if (field.isRepeated()) {
      return true;
    }
    return switch (field.getJavaType()) {
      case BYTE_STRING -> !((ByteString) message.getField(field)).isEmpty();
      default -> !field.hasPresence() || message.hasField(field);
    };
  }

  private static void writeField(JsonGenerator json, FieldDescriptor field, Object value)
      throws IOException {
    if (!field.isRepeated()) {
      writeValue(json, field, value);
      return;
    }
    json.writeStartArray();
    for (var element : (List<?>) value) {
      writeValue(json, field, element);
    }
    json.writeEndArray();
  }

  private static void writeValue(JsonGenerator json, FieldDescriptor field, Object value)
      throws IOException {
    switch (value) {
      case Vector vector -> writeVector(json, vector);
      case Message message -> writeMessage(json, message);
      case ByteString payload -> json.writeRawValue(payload.toStringUtf8());
      case String text -> json.writeString(text);
      case Boolean flag -> json.writeBoolean(flag);
      case EnumValueDescriptor constant -> json.writeString(constant.getName());
      case Float number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Integer number -> json.writeNumber(Integer.toUnsignedLong(number));
      case Long number -> writeLong(json, field, number);
      default -> throw new AssertionError(field.getFullName());
    }
  }

  private static void writeLong(JsonGenerator json, FieldDescriptor field, long number)
      throws IOException {
    if (field.getType() == FieldDescriptor.Type.UINT64 && number < 0) {
      json.writeNumber(new BigInteger(Long.toUnsignedString(number)));
    } else {
      json.writeNumber(number);
    }
  }

  private static void writeVector(JsonGenerator json, Vector vector) throws IOException {
    json.writeStartArray();
    var bytes = vector.getLittleEndian().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.remaining() >= Float.BYTES) {
      json.writeNumber(bytes.getFloat());
    }
    for (int index = 0; index < vector.getValuesCount(); index++) {
      json.writeNumber(vector.getValues(index));
    }
    json.writeEndArray();
  }
}
