package io.quiverdb.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/// The metrics of a node at one moment.
public record MetricsPage(List<String> lines) {
  public MetricsPage {
    lines = List.copyOf(lines);
  }

  /// @param endpoint host:port where it serves clients
  public static MetricsPage of(HttpClient http, String endpoint)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create("http://" + endpoint + "/metrics")).build();
    return new MetricsPage(http.send(request, BodyHandlers.ofLines()).body().toList());
  }

  /// Of all lines that begin so; 0 if there is none.
  public double sum(String prefix) {
    return lines.stream()
        .filter(line -> line.startsWith(prefix))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
