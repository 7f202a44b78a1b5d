package io.quiverdb.jepsen.workload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A node's HTTP door, for what the Java client does by itself and never twice: request ids.
final class RestDoor {
  private static final Duration TIMEOUT = Duration.ofMillis(2_500);
  private static final JsonFactory JSON = new JsonFactory();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final String address;

  /// @param address host:port where the node serves clients
  RestDoor(String address) {
    this.address = address;
  }

  /// @param document members of a JSON object; those of a problem document if `status` is none of
  ///   200
  record Response(int status, Map<String, Object> document) {
    boolean good() {
      return status == 200;
    }

    String text(String member) {
      return String.valueOf(document.getOrDefault(member, ""));
    }
  }

  /// @throws UnansweredException if there is no answer; it cannot have taken place if nobody could
  ///   be connected to
  Response post(String path, String body) {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + address + path))
            .timeout(TIMEOUT)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      var response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Response(response.statusCode(), parse(response.body()));
    } catch (ConnectException e) {
      throw new UnansweredException(e.toString(), false);
    } catch (IOException e) {
      throw new UnansweredException(e.toString(), true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnansweredException(e.toString(), true);
    }
  }

  private static Map<String, Object> parse(String json) throws IOException {
    try (var parser = JSON.createParser(json)) {
      var _ = parser.nextToken();
      return object(parser);
    }
  }

  private static Map<String, Object> object(JsonParser parser) throws IOException {
    var members = new LinkedHashMap<String, Object>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      var name = parser.currentName();
      var _ = parser.nextToken();
      members.put(name, value(parser));
    }
    return members;
  }

  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
      default -> String.valueOf(parser.getText());
    };
  }

  private static List<Object> array(JsonParser parser) throws IOException {
    var elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(parser));
    }
    return elements;
  }
}
