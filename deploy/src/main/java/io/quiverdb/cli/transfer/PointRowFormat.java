package io.quiverdb.cli.transfer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// A point in a line: a JSON object with these members, in any order.
///
/// | member  | value                                                                             |
/// |---------|-----------------------------------------------------------------------------------|
/// | id      | string, or whole number (becomes a string of its digits)                          |
/// | vector  | array of numbers; absent or null: none                                            |
/// | payload | any JSON, kept to the letter; absent or null: none                                 |
/// | version, score, shard_key, order_value | ignored: Qdrant prints some of them with its points |
///
/// Any other member is an error, since a misspelt name would lose data silently. Written rows have
/// `id`, `vector`, `payload` in this order; a number is the shortest decimal that gives the same
/// binary32 again, and line ends between a payload's tokens are spaces.
public final class PointRowFormat {
  private static final Set<String> IGNORED = Set.of("version", "score", "shard_key", "order_value");
  private static final JsonFactory JSON = new JsonFactory();

  private PointRowFormat() {}

  public static PointRow read(byte[] line) throws BadRowException {
    try (var parser = JSON.createParser(line)) {
      return read(parser, line);
    } catch (JsonParseException e) {
      throw new BadRowException(
          "not JSON: " + e.getOriginalMessage() + " at column " + e.getLocation().getColumnNr());
    } catch (IOException e) {
      throw new BadRowException("not JSON: " + e.getMessage());
    }
  }

  /// `{"id":"…","vector":[…],"payload":…}` and a line end.
  public static byte[] write(String id, float[] vector, Optional<String> payloadJson) {
    var row = new ByteArrayOutputStream();
    writeAscii(row, "{\"id\":\"");
    row.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(id));
    writeAscii(row, "\",\"vector\":[");
    for (int index = 0; index < vector.length; index++) {
      writeAscii(row, index == 0 ? "" : ",");
      writeAscii(row, Float.toString(vector[index]));
    }
    writeAscii(row, "]");
    if (payloadJson.isPresent()) {
      writeAscii(row, ",\"payload\":");
      row.writeBytes(onOneLine(payloadJson.get()).getBytes(StandardCharsets.UTF_8));
    }
    writeAscii(row, "}\n");
    return row.toByteArray();
  }

  private static PointRow read(JsonParser parser, byte[] line) throws IOException, BadRowException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new BadRowException("row: " + shown(parser) + " (expected: a JSON object)");
    }
    var seen = new HashSet<String>();
    var id = Optional.<String>empty();
    var vector = Optional.<float[]>empty();
    var payload = Optional.<String>empty();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      if (!seen.add(name)) {
        throw new BadRowException(name + ": given twice (expected: once)");
      }
      parser.nextToken();
      switch (name) {
        case "id" -> id = Optional.of(readId(parser));
        case "vector" -> vector = readVector(parser);
        case "payload" -> payload = readPayload(parser, line);
        default -> skip(parser, name);
      }
    }
    if (parser.nextToken() != null) {
      throw new BadRowException("row: more after the object (expected: one object a line)");
    }
    return new PointRow(
        id.orElseThrow(() -> new BadRowException("id: missing (expected: a string)")),
        vector,
        payload);
  }

  private static String readId(JsonParser parser) throws IOException, BadRowException {
    return switch (parser.currentToken()) {
      case VALUE_STRING, VALUE_NUMBER_INT -> parser.getText();
      default ->
          throw new BadRowException(
              "id: " + shown(parser) + " (expected: a string or a whole number)");
    };
  }

  private static Optional<float[]> readVector(JsonParser parser)
      throws IOException, BadRowException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return Optional.empty();
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new BadRowException("vector: " + shown(parser) + " (expected: an array of numbers)");
    }
    var components = new float[16];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count == components.length) {
        components = Arrays.copyOf(components, 2 * count);
      }
      components[count] = readComponent(parser, count);
      count++;
    }
    return Optional.of(Arrays.copyOf(components, count));
  }

  private static float readComponent(JsonParser parser, int index)
      throws IOException, BadRowException {
    if (!parser.currentToken().isNumeric()) {
      throw new BadRowException(
          "vector[" + index + "]: " + shown(parser) + " (expected: a number)");
    }
    // Not by way of binary64, which would round twice.
    float component = Float.parseFloat(parser.getText());
    if (!Float.isFinite(component)) {
      throw new BadRowException(
          "vector[" + index + "]: " + parser.getText() + " (expected: a number within binary32)");
    }
    return component;
  }

  private static Optional<String> readPayload(JsonParser parser, byte[] line) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return Optional.empty();
    }
    int start = (int) parser.currentTokenLocation().getByteOffset();
    if (parser.currentToken().isStructStart()) {
      parser.skipChildren();
    } else {
      parser.finishToken();
    }
    int end = (int) parser.currentLocation().getByteOffset();
    return Optional.of(new String(line, start, end - start, StandardCharsets.UTF_8));
  }

  private static void skip(JsonParser parser, String name) throws IOException, BadRowException {
    if (!IGNORED.contains(name)) {
      throw new BadRowException("unknown member: " + name + " (expected: id, vector, payload)");
    }
    parser.skipChildren();
  }

  private static String shown(JsonParser parser) throws IOException {
    var token = parser.currentToken();
    if (token == null) {
      return "empty";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      default -> parser.getText();
    };
  }

  /// Line ends stand only between tokens, where a space means the same.
  private static String onOneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }

  private static void writeAscii(ByteArrayOutputStream row, String text) {
    row.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
