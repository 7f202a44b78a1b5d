package io.quiverdb.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.quiverdb.node.testing.FakeCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final Pattern NAME =
      Pattern.compile(
          "quiver_(api|node|shard|shards|store|jvm|raft|ratis|build)_[a-z0-9_]*[a-z0-9]");
  private static final String MEMBER = "3f0c2a1e-0b6d-4a58-9d61-0123456789ab@group-49A0B1C2D3E4";

  private final MetricRegistry registry = new MetricRegistry();
  private final NodeMetrics metrics = new NodeMetrics(registry, "0.1");

  @Test
  void everyNameFitsThePatternAndIsDocumented() throws IOException {
    metrics.callStarted();
    metrics.callFinished("Search", "OK", 1);
    metrics.observe(FakeCluster.formed(2));
    registry.timer("ratis.log_worker." + MEMBER + ".flushTime").update(Duration.ofMillis(2));

    for (String line : scrape().lines().filter(line -> line.startsWith("# TYPE ")).toList()) {
      String family = line.split(" ", -1)[2];
      assertThat(family).matches(NAME);
      assertThat(family)
          .satisfiesAnyOf(
              name -> assertThat(MetricHelp.BY_FAMILY).containsKey(name),
              name -> assertThat(name).startsWith("quiver_ratis_"));
    }
  }

  @Test
  void callsAreCountedByCallAndCodeAndTimedInBuckets() throws IOException {
    metrics.callStarted();
    metrics.callFinished("Search", "OK", TimeUnit.MILLISECONDS.toNanos(3));
    metrics.callStarted();
    metrics.callFinished("Search", "NOT_FOUND", TimeUnit.SECONDS.toNanos(60));
    metrics.callStarted();

    assertThat(scrape())
        .contains(
            "quiver_api_requests_total{call=\"Search\",code=\"NOT_FOUND\"} 1.0",
            "quiver_api_requests_total{call=\"Search\",code=\"OK\"} 1.0",
            "quiver_api_request_duration_seconds_bucket{call=\"Search\",le=\"0.0025\"} 0",
            "quiver_api_request_duration_seconds_bucket{call=\"Search\",le=\"0.005\"} 1",
            "quiver_api_request_duration_seconds_bucket{call=\"Search\",le=\"30.0\"} 1",
            "quiver_api_request_duration_seconds_bucket{call=\"Search\",le=\"+Inf\"} 2",
            "quiver_api_request_duration_seconds_count{call=\"Search\"} 2",
            "quiver_api_request_duration_seconds_sum{call=\"Search\"} 60.003",
            "quiver_api_requests_in_flight 1.0");
  }

  @Test
  void replicasAreShownByShard() throws IOException {
    var cluster = FakeCluster.formed(2);
    cluster.lead(1, cluster.node(1));
    cluster.forgetLeader(0);

    metrics.observe(cluster);

    assertThat(scrape())
        .contains(
            "quiver_shard_role{role=\"leader\",shard=\"0\"} 1.0",
            "quiver_shard_role{role=\"leader\",shard=\"1\"} 0.0",
            "quiver_shard_role{role=\"follower\",shard=\"1\"} 1.0",
            "quiver_shard_term{shard=\"1\"} 1.0",
            "quiver_shard_lag_entries{shard=\"1\"} 0.0",
            "quiver_shard_checkpointed_index{shard=\"0\"} -1.0",
            "quiver_shards_leaderless 1.0",
            "quiver_node_ready 1.0",
            "quiver_build_info{version=\"0.1\"} 1.0");
  }

  @Test
  void namesOfRatisBecomeLabels() throws IOException {
    registry.timer("ratis.log_worker." + MEMBER + ".flushTime").update(Duration.ofMillis(2));
    registry
        .counter(
            "ratis_grpc.log_appender."
                + MEMBER
                + ".0e1d2c3b-4a59-4687-8f9e-a0b1c2d3e4f5_success_reply_count")
        .inc(5);

    assertThat(scrape())
        .contains(
            "quiver_ratis_log_worker_flush_time_seconds_count{group=\"49a0b1c2d3e4\"} 1",
            "quiver_ratis_log_appender_success_reply_count{group=\"49a0b1c2d3e4\","
                + "peer=\"0e1d2c3b-4a59-4687-8f9e-a0b1c2d3e4f5\"} 5.0");
  }

  @Test
  void metricsThatCollideLeaveTheFirst() throws IOException {
    registry.counter("ratis.a.b-c").inc(1);
    registry.counter("ratis.a.b_c").inc(2);

    assertThat(scrape())
        .contains("quiver_ratis_a_b_c 1.0")
        .doesNotContain("quiver_ratis_a_b_c 2.0");
  }

  @Test
  void traceIdIsTheCallersOrANewOne() {
    var given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assertThat(TraceId.of(Optional.of(given))).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    for (String unusable :
        new String[] {"", "00-xyz", "00-" + "0".repeat(32) + "-b7ad6b7169203331-01"}) {
      assertThat(TraceId.of(Optional.of(unusable)))
          .matches("[0-9a-f]{32}")
          .isNotEqualTo("0".repeat(32));
    }
  }

  private String scrape() throws IOException {
    var prometheus = new PrometheusRegistry();
    prometheus.register(new DropwizardCollector(registry));
    var text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, prometheus.scrape());
    return text.toString(StandardCharsets.UTF_8);
  }
}
