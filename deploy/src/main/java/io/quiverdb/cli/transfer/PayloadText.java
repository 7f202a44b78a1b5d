package io.quiverdb.cli.transfer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/// Finds the text of one field in payloads.
public final class PayloadText {
  private static final JsonFactory JSON = new JsonFactory();
  private final String[] path;

  /// @param field names separated by dots
  public PayloadText(String field) {
    this.path = field.split("\\.", -1);
  }

  /// Empty where there is no such field, or its value is no text.
  public Optional<String> find(String payloadJson) {
    try (var parser = JSON.createParser(payloadJson)) {
      parser.nextToken();
      return find(parser, 0);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<String> find(JsonParser parser, int depth) throws IOException {
    if (depth == path.length) {
      return parser.currentToken() == JsonToken.VALUE_STRING
          ? Optional.of(parser.getText())
          : Optional.empty();
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return Optional.empty();
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean wanted = parser.currentName().equals(path[depth]);
      parser.nextToken();
      if (wanted) {
        return find(parser, depth + 1);
      }
      parser.skipChildren();
    }
    return Optional.empty();
  }
}
