package io.quiverdb.core.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.quiverdb.core.Payload;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds what payloads have at some fields, as [io.quiverdb.core.Filter] says where a path leads,
/// in one pass. Any number of threads use it.
public final class PayloadFields {
  /// Hears what a payload has.
  public interface Visitor {
    /// @param field the ordinal of its path
    void value(int field, FieldValue value);
  }

  private static final int NO_FIELD = -1;
  private static final FieldValue STRUCTURE = new FieldValue.Structure();

  // A payload is small, so its parts may be as long as it is. What would be refused for its length
  // only when it is looked at would make an answer depend on which fields are looked at.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNumberLength(Payload.BYTES_MAX)
                  .maxStringLength(Payload.BYTES_MAX)
                  .maxNameLength(Payload.BYTES_MAX)
                  .build())
          .build();

  private final Node root = new Node();

  private PayloadFields() {}

  /// @param paths distinct; the ordinal of each is its index here
  public static PayloadFields of(List<String> paths) {
    var fields = new PayloadFields();
    for (int field = 0; field < paths.size(); field++) {
      var node = fields.root;
      for (var name : paths.get(field).split("\\.", -1)) {
        node = node.children.computeIfAbsent(name, _ -> new Node());
      }
      assert node.field == NO_FIELD : paths.get(field) + " twice";
      node.field = field;
    }
    return fields;
  }

  /// Tells `visitor` all values but null.
  ///
  /// @return whether the payload is a JSON object; else what the visitor heard is void
  public boolean read(MemorySegment payload, Visitor visitor) {
    return payload.byteSize() > 0 && read(payload.toArray(ValueLayout.JAVA_BYTE), visitor);
  }

  private boolean read(byte[] payload, Visitor visitor) {
    try (JsonParser parser = JSON.createParser(payload)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      readObject(parser, root, visitor);
      // What follows decides whether it is JSON at all.
      return parser.nextToken() == null;
    } catch (IOException _) {
      return false;
    }
  }

  /// Reads the object that the parser has just entered, to its end.
  private static void readObject(JsonParser parser, Node node, Visitor visitor) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      var child = node.children.get(parser.currentName());
      JsonToken token = parser.nextToken();
      if (child != null) {
        readValue(parser, token, child, visitor);
      } else {
        parser.skipChildren();
      }
    }
  }

  private static void readValue(JsonParser parser, JsonToken token, Node node, Visitor visitor)
      throws IOException {
    if (token != JsonToken.START_ARRAY) {
      readElement(parser, token, node, visitor);
      return;
    }
    for (var element = parser.nextToken();
        element != JsonToken.END_ARRAY;
        element = parser.nextToken()) {
      readElement(parser, element, node, visitor);
    }
  }

  private static void readElement(JsonParser parser, JsonToken token, Node node, Visitor visitor)
      throws IOException {
    if (node.field != NO_FIELD && token != JsonToken.VALUE_NULL) {
      visitor.value(node.field, value(parser, token));
    }
    if (token == JsonToken.START_OBJECT) {
      readObject(parser, node, visitor);
    } else {
      parser.skipChildren();
    }
  }

  private static FieldValue value(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_STRING -> new FieldValue.Text(parser.getText());
      case VALUE_TRUE -> new FieldValue.Bool(true);
      case VALUE_FALSE -> new FieldValue.Bool(false);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new FieldValue.Numeric(number(parser));
      case START_OBJECT, START_ARRAY -> STRUCTURE;
      default -> throw new AssertionError(token);
    };
  }

  /// Numbers with a fraction or an exponent, and those beyond 64 bits, are read as doubles.
  private static NumericKey number(JsonParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT, LONG -> NumericKey.of(parser.getLongValue());
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> NumericKey.of(parser.getDoubleValue());
    };
  }

  private static final class Node {
    final Map<String, Node> children = new HashMap<>();
    int field = NO_FIELD;
  }
}
