package io.quiverdb.node.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The rule for payloads that come through the API: nothing, or one JSON value in UTF-8.
final class PayloadJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION).build();

  private PayloadJson() {}

  /// @throws IllegalArgumentException if `payload` is neither empty nor JSON
  static void check(byte[] payload) {
    if (payload.length == 0) {
      return;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("payload: not UTF-8 (expected: JSON in UTF-8)", e);
    }
    try (var parser = JSON.createParser(payload)) {
      checkOneValue(parser);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "payload: not JSON, at byte "
              + e.getLocation().getByteOffset()
              + " (expected: one JSON value, or nothing)",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  private static void checkOneValue(JsonParser parser) throws IOException {
    if (parser.nextToken() == null) {
      throw new IllegalArgumentException("payload: blank (expected: one JSON value, or nothing)");
    }
    int depth = 0;
    do {
      var token = parser.currentToken();
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      parser.finishToken();
      // Forces lazy numbers and strings to be read to their end.
      parser.nextToken();
    } while (depth > 0 && parser.currentToken() != null);
    if (parser.currentToken() != null) {
      throw new IllegalArgumentException(
          "payload: several JSON values (expected: one JSON value, or nothing)");
    }
  }
}
