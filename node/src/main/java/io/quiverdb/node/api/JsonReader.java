package io.quiverdb.node.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import io.quiverdb.api.v1.Filter;
import io.quiverdb.api.v1.Vector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads a request from JSON, by the contract's descriptors: fields by their names there, vectors
/// as arrays, payloads as nested JSON kept to the letter, filters in the form that the contract
/// gives them. What the contract does not know is refused by name.
final class JsonReader {
  // NaN and the infinities are no JSON; they are read so that vectors can refuse them by name.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private static final int SHOWN_CHARACTERS = 40;
  private static final BigInteger UNSIGNED_LONG_MAX =
      BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

  private final byte[] body;
  private final JsonParser parser;

  private JsonReader(byte[] body, JsonParser parser) {
    this.body = body;
    this.parser = parser;
  }

  /// Sets the fields of `builder` that `body` holds; an empty body holds none.
  ///
  /// @throws IllegalArgumentException if `body` is not such a request
  static void read(byte[] body, Message.Builder builder) {
    if (body.length == 0) {
      return;
    }
    try (var parser = JSON.createParser(body)) {
      var reader = new JsonReader(body, parser);
      parser.nextToken();
      reader.readMessage(builder, JsonPath.ROOT);
      if (parser.nextToken() != null) {
        throw JsonPath.ROOT.expected("one JSON object", "something after its end");
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "request: not JSON, at byte "
              + e.getLocation().getByteOffset()
              + " (expected: a JSON object in UTF-8)",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  private void readMessage(Message.Builder builder, JsonPath path) throws IOException {
    expect(JsonToken.START_OBJECT, path, "an object");
    var descriptor = builder.getDescriptorForType();
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      var field = descriptor.findFieldByName(name);
      if (field == null) {
        throw path.field(shown(name)).expected(fieldNames(descriptor), "unknown field");
      }
      if (!seen.add(name)) {
        throw path.field(name).expected("once", "twice");
      }
      parser.nextToken();
      if (parser.currentToken() != JsonToken.VALUE_NULL) {
        var choice = field.getRealContainingOneof();
        if (choice != null && builder.hasOneof(choice)) {
          throw path.expected(choiceNames(choice), "several of them");
        }
        readField(builder, field, path.field(name));
      }
    }
  }

  private static String fieldNames(Descriptor descriptor) {
    return String.join(
        ", ", descriptor.getFields().stream().map(FieldDescriptor::getName).toList());
  }

  private static String choiceNames(OneofDescriptor choice) {
    return "one of "
        + String.join(", ", choice.getFields().stream().map(FieldDescriptor::getName).toList());
  }

  private void readField(Message.Builder builder, FieldDescriptor field, JsonPath path)
      throws IOException {
    if (!field.isRepeated()) {
      builder.setField(field, readValue(builder, field, path));
      return;
    }
    expect(JsonToken.START_ARRAY, path, "an array");
    for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
      builder.addRepeatedField(field, readValue(builder, field, path.element(index)));
    }
  }

  private Object readValue(Message.Builder builder, FieldDescriptor field, JsonPath path)
      throws IOException {
    return switch (field.getJavaType()) {
      case MESSAGE -> readNested(builder, field, path);
      case BYTE_STRING -> readRaw();
      case STRING -> {
        expect(JsonToken.VALUE_STRING, path, "text");
        yield parser.getText();
      }
      case BOOLEAN -> readBoolean(path);
      case INT -> (int) readUnsigned(path, BigInteger.valueOf(0xFFFF_FFFFL));
      case LONG -> readUnsigned(path, UNSIGNED_LONG_MAX);
      case ENUM -> readEnum(field, path);
      case FLOAT -> readFloat(path);
      // No request has one outside of filters.
      case DOUBLE -> throw new AssertionError(field.getFullName());
    };
  }

  private Message readNested(Message.Builder builder, FieldDescriptor field, JsonPath path)
      throws IOException {
    var nested = builder.newBuilderForField(field);
    switch (nested) {
      case Vector.Builder vector -> vector.setLittleEndian(readVector(path));
      case Filter.Builder filter -> new JsonFilterReader(this, parser).read(filter, path);
      default -> readMessage(nested, path);
    }
    return nested.build();
  }

  // --- values

  private ByteString readVector(JsonPath path) throws IOException {
    expect(JsonToken.START_ARRAY, path, "an array of numbers");
    var bytes = ByteBuffer.allocate(256 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
      if (!parser.currentToken().isNumeric()) {
        throw path.element(index).expected("a number", got());
      }
      if (!bytes.hasRemaining()) {
        bytes =
            ByteBuffer.wrap(Arrays.copyOf(bytes.array(), bytes.capacity() * 2))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(bytes.position());
      }
      bytes.putFloat(parser.getFloatValue());
    }
    return ByteString.copyFrom(bytes.flip());
  }

  /// The value's own bytes.
  private ByteString readRaw() throws IOException {
    long start = parser.currentTokenLocation().getByteOffset();
    parser.finishToken();
    parser.skipChildren();
    long end = parser.currentLocation().getByteOffset();
    assert start >= 0 && end > start : start + " to " + end;
    return ByteString.copyFrom(body, (int) start, (int) (end - start));
  }

  boolean readBoolean(JsonPath path) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw path.expected("true or false", got());
    };
  }

  private long readUnsigned(JsonPath path, BigInteger max) throws IOException {
    String expectation = "a whole number, 0 to " + max;
    expect(JsonToken.VALUE_NUMBER_INT, path, expectation);
    var value = parser.getBigIntegerValue();
    if (value.signum() < 0 || value.compareTo(max) > 0) {
      throw path.expected(expectation, got());
    }
    return value.longValue();
  }

  private float readFloat(JsonPath path) throws IOException {
    if (!parser.currentToken().isNumeric()) {
      throw path.expected("a number", got());
    }
    return parser.getFloatValue();
  }

  private EnumValueDescriptor readEnum(FieldDescriptor field, JsonPath path) throws IOException {
    List<EnumValueDescriptor> values = field.getEnumType().getValues();
    String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
    return values.stream()
        .filter(value -> value.getName().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                path.expected(
                    String.join(
                        ", ",
                        values.stream()
                            .filter(value -> value.getNumber() != 0)
                            .map(EnumValueDescriptor::getName)
                            .toList()),
                    got()));
  }

  void expect(JsonToken token, JsonPath path, String expectation) {
    if (parser.currentToken() != token) {
      throw path.expected(expectation, got());
    }
  }

  /// What the parser stands at, for messages.
  String got() {
    try {
      return switch (parser.currentToken()) {
        case START_OBJECT -> "an object";
        case START_ARRAY -> "an array";
        case VALUE_NULL -> "null";
        case VALUE_STRING -> "\"" + shown(parser.getText()) + "\"";
        case null -> "nothing";
        default -> shown(parser.getText());
      };
    } catch (IOException _) {
      return "malformed JSON";
    }
  }

  static String shown(String text) {
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }
}
