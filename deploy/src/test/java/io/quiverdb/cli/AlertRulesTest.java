package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quiverdb.node.NodeConfig;
import io.quiverdb.node.QuiverNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The rules of `deploy/prometheus/alerts.yml` against what a node exposes.
class AlertRulesTest {
  private static final Pattern ALERT =
      Pattern.compile(
          """
          \\s+- alert: (?<name>\\w+)
          \\s+expr: (?<expression>.+)
          \\s+for: \\d+m
          \\s+labels:
          \\s+severity: (?:critical|warning)
          \\s+annotations:
          \\s+summary: ".+"
          \\s+description: ".+"
          """);
  private static final Pattern METRIC = Pattern.compile("quiver_\\w+");
  private static final Pattern MATCHER = Pattern.compile("\\{(.+)}");
  private static final Pattern SHOWN_LABEL = Pattern.compile("\\$labels\\.(\\w+)");

  @TempDir Path folder;

  @Test
  void everyRuleAsksForMetricsAndLabelsThatANodeHas() throws Exception {
    var rules = Files.readString(Path.of("prometheus", "alerts.yml"));
    var alerts = ALERT.matcher(rules).results().toList();
    assertThat(alerts).hasSize(5);
    assertThat(rules.lines().filter(line -> line.contains("- alert:"))).hasSize(alerts.size());

    var exposed = exposition();

    for (var alert : alerts) {
      var expression = alert.group("expression");
      var metric = METRIC.matcher(expression);
      assertThat(metric.find()).as(expression).isTrue();
      var series = exposed.lines().filter(line -> line.matches(metric.group() + "[ {].*")).toList();
      assertThat(series).as(expression).isNotEmpty();
      MATCHER
          .matcher(expression)
          .results()
          .forEach(label -> assertThat(series).anyMatch(line -> line.contains(label.group(1))));
      SHOWN_LABEL
          .matcher(alert.group())
          .results()
          .map(label -> label.group(1))
          .filter(label -> !label.equals("instance")) // Prometheus gives it.
          .forEach(label -> assertThat(series).allMatch(line -> line.contains(label + "=\"")));
    }
  }

  private String exposition() throws IOException, InterruptedException {
    var settings =
        Map.of(
            "data-dir", folder.resolve("data").toString(),
            "listen", "127.0.0.1:" + UnusedPorts.next(),
            "peer-listen", ":" + UnusedPorts.next(),
            "raft-listen", ":" + UnusedPorts.next());
    try (var node = QuiverNode.start(NodeConfig.load(Optional.empty(), Map.of(), settings));
        var http = HttpClient.newHttpClient()) {
      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> get(http, node, "/readyz").statusCode() == 200);
      return get(http, node, "/metrics").body();
    }
  }

  private static HttpResponse<String> get(HttpClient http, QuiverNode node, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path)).build(),
        BodyHandlers.ofString());
  }
}
