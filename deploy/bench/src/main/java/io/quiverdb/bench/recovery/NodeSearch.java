package io.quiverdb.bench.recovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Searches asked of one node over HTTP, each once: the pauses of a client that tries again are not
/// what is measured.
final class NodeSearch {
  static final String COLLECTION = "bench";
  static final int K = 10;

  private static final int OK = 200;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final HttpClient http;
  private final URI uri;

  /// How much it must see, as the contract names it.
  enum Level {
    LINEARIZABLE,
    ANY
  }

  NodeSearch(HttpClient http, String endpoint) {
    this.http = http;
    this.uri = URI.create("http://" + endpoint + "/v1/collections/" + COLLECTION + "/search");
  }

  /// The ids of the nearest, nearest first; empty if the node does not answer with points.
  Optional<List<String>> nearest(float[] query, Level level, boolean exact)
      throws InterruptedException {
    var request =
        HttpRequest.newBuilder(uri)
            .timeout(LIMIT)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body(query, level, exact)))
            .build();
    try {
      var response = http.send(request, BodyHandlers.ofInputStream());
      try (var body = response.body()) {
        return response.statusCode() == OK ? Optional.of(ids(body)) : Optional.empty();
      }
    } catch (IOException _) {
      // It is down, or not up yet.
      return Optional.empty();
    }
  }

  private static String body(float[] query, Level level, boolean exact) {
    var text = new StringWriter();
    try (var json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeArrayFieldStart("vector");
      for (float component : query) {
        json.writeNumber(component);
      }
      json.writeEndArray();
      json.writeNumberField("k", K);
      json.writeStringField("consistency", level.name());
      json.writeBooleanField("exact", exact);
      json.writeEndObject();
    } catch (IOException e) {
      throw new AssertionError("all is in memory", e);
    }
    return text.toString();
  }

  static List<String> ids(InputStream body) throws IOException {
    List<String> ids = new ArrayList<>();
    try (var json = new JsonFactory().createParser(body)) {
      for (var token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.VALUE_STRING && "id".equals(json.currentName())) {
          ids.add(json.getText());
        }
      }
    }
    return ids;
  }
}
