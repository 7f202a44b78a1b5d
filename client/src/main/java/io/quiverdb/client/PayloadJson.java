package io.quiverdb.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Payloads as maps and as JSON. Whole numbers stay whole: they are read as [Long], or [BigInteger]
/// where that is too small, others as [Double].
final class PayloadJson {
  private static final JsonFactory JSON = new JsonFactory();

  private PayloadJson() {}

  /// @throws IllegalArgumentException for what JSON cannot hold
  static String write(Map<String, ? extends @Nullable Object> payload) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      writeObject(json, "payload", payload);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
  }

  private static void writeObject(JsonGenerator json, String path, Map<?, ?> object)
      throws IOException {
    json.writeStartObject();
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      if (!(entry.getKey() instanceof String name)) {
        throw new IllegalArgumentException(
            path + ": a name " + entry.getKey() + " (expected: a string)");
      }
      json.writeFieldName(name);
      writeValue(json, path + "." + name, entry.getValue());
    }
    json.writeEndObject();
  }

  private static void writeArray(JsonGenerator json, String path, Iterable<?> array)
      throws IOException {
    json.writeStartArray();
    int index = 0;
    for (Object element : array) {
      writeValue(json, path + "[" + index++ + "]", element);
    }
    json.writeEndArray();
  }

  private static void writeValue(JsonGenerator json, String path, @Nullable Object value)
      throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof Number number) {
      writeNumber(json, path, number);
    } else if (value instanceof Map<?, ?> object) {
      writeObject(json, path, object);
    } else if (value instanceof Iterable<?> array) {
      writeArray(json, path, array);
    } else if (value instanceof Enum<?> constant) {
      json.writeString(constant.name());
    } else {
      throw new IllegalArgumentException(
          path
              + ": "
              + value.getClass().getName()
              + " (expected: a string, number, boolean, map, list or null)");
    }
  }

  private static void writeNumber(JsonGenerator json, String path, Number number)
      throws IOException {
    if (number instanceof Double || number instanceof Float) {
      if (!Double.isFinite(number.doubleValue())) {
        throw new IllegalArgumentException(path + ": " + number + " (expected: a finite number)");
      }
      if (number instanceof Float single) {
        json.writeNumber(single);
      } else {
        json.writeNumber(number.doubleValue());
      }
    } else if (number instanceof BigInteger big) {
      json.writeNumber(big);
    } else if (number instanceof BigDecimal decimal) {
      json.writeNumber(decimal);
    } else {
      json.writeNumber(number.longValue());
    }
  }

  /// @throws IllegalStateException if it is not one JSON object
  static Map<String, @Nullable Object> read(String text) {
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalStateException("payload: not a JSON object (expected: one)");
      }
      Map<String, @Nullable Object> payload = readObject(json);
      if (json.nextToken() != null) {
        throw new IllegalStateException("payload: more than one JSON value (expected: one)");
      }
      return payload;
    } catch (IOException e) {
      throw new IllegalStateException("payload: not JSON (expected: a JSON object)", e);
    }
  }

  private static Map<String, @Nullable Object> readObject(JsonParser json) throws IOException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      object.put(name, readValue(json));
    }
    return Collections.unmodifiableMap(object);
  }

  private static List<@Nullable Object> readArray(JsonParser json) throws IOException {
    List<@Nullable Object> array = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      array.add(readValue(json));
    }
    return Collections.unmodifiableList(array);
  }

  private static @Nullable Object readValue(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> readObject(json);
      case START_ARRAY -> readArray(json);
      case VALUE_STRING -> json.getText();
      case VALUE_NUMBER_INT ->
          json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? json.getBigIntegerValue()
              : (Object) json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalStateException("payload: not JSON (expected: a JSON object)");
    };
  }
}
