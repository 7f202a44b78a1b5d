package io.quiverdb.node.telemetry;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Turns a Dropwizard registry into Prometheus snapshots.
///
/// Durations are in seconds. A counter that is not named a total may go down and is a gauge. Of
/// metrics that come out under one name and the same labels, the first by Dropwizard's order
/// counts.
final class DropwizardCollector implements MultiCollector {
  private static final String TOTAL = "_total";
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final MetricRegistry metrics;

  DropwizardCollector(MetricRegistry metrics) {
    this.metrics = metrics;
  }

  @Override
  public MetricSnapshots collect() {
    Map<String, Map<Labels, Metric>> families = new TreeMap<>();
    new TreeMap<>(metrics.getMetrics())
        .forEach(
            (name, metric) -> {
              var parsed = RatisMetricName.parse(name).orElseGet(() -> MetricName.parse(name));
              families
                  .computeIfAbsent(family(parsed.family(), metric), _ -> new LinkedHashMap<>())
                  .putIfAbsent(labels(parsed.labels()), metric);
            });
    List<MetricSnapshot> snapshots = new ArrayList<>();
    families.forEach((family, points) -> snapshot(family, points).ifPresent(snapshots::add));
    return new MetricSnapshots(snapshots);
  }

  private static String family(String family, Metric metric) {
    return switch (metric) {
      case Timer _ -> withSuffix(family, "_seconds");
      case LatencyHistogram _ -> withSuffix(family, "_seconds");
      case Meter _ -> withSuffix(family, TOTAL);
      default -> family;
    };
  }

  private static String withSuffix(String family, String suffix) {
    return family.endsWith(suffix) ? family : family + suffix;
  }

  private static Labels labels(Map<String, String> labels) {
    var builder = Labels.builder();
    new TreeMap<>(labels).forEach(builder::label);
    return builder.build();
  }

  private static Optional<MetricSnapshot> snapshot(String family, Map<Labels, Metric> points) {
    return switch (points.values().iterator().next()) {
      case LatencyHistogram _ -> Optional.of(histogram(family, points));
      case Timer _, Histogram _ -> Optional.of(summary(family, points));
      case Meter _ -> Optional.of(counter(family, points));
      case Counter _ ->
          Optional.of(family.endsWith(TOTAL) ? counter(family, points) : gauge(family, points));
      case Gauge<?> _ ->
          Optional.of(family.endsWith(TOTAL) ? counter(family, points) : gauge(family, points))
              .filter(snapshot -> !snapshot.getDataPoints().isEmpty());
      default -> Optional.empty();
    };
  }

  private static MetricSnapshot histogram(String family, Map<Labels, Metric> points) {
    var snapshot = HistogramSnapshot.builder().name(family).help(MetricHelp.of(family));
    points.forEach(
        (labels, metric) -> {
          if (metric instanceof LatencyHistogram histogram) {
            snapshot.dataPoint(
                HistogramDataPointSnapshot.builder()
                    .labels(labels)
                    .classicHistogramBuckets(
                        ClassicHistogramBuckets.of(
                            LatencyHistogram.BOUNDS_SECONDS, histogram.counts()))
                    .sum(histogram.sumSeconds())
                    .build());
          }
        });
    return snapshot.build();
  }

  private static MetricSnapshot summary(String family, Map<Labels, Metric> points) {
    var snapshot = SummarySnapshot.builder().name(family).help(MetricHelp.of(family));
    points.forEach(
        (labels, metric) -> {
          var point = SummaryDataPointSnapshot.builder().labels(labels);
          switch (metric) {
            case Timer timer ->
                snapshot.dataPoint(
                    point
                        .count(timer.getCount())
                        .quantiles(quantiles(timer.getSnapshot(), NANOS_PER_SECOND))
                        .build());
            case Histogram histogram ->
                snapshot.dataPoint(
                    point
                        .count(histogram.getCount())
                        .quantiles(quantiles(histogram.getSnapshot(), 1))
                        .build());
            default -> {
              // Of another kind than the first of its name: left out.
            }
          }
        });
    return snapshot.build();
  }

  private static Quantiles quantiles(Snapshot values, double unit) {
    return Quantiles.builder()
        .quantile(0.5, values.getMedian() / unit)
        .quantile(0.99, values.get99thPercentile() / unit)
        .quantile(0.999, values.get999thPercentile() / unit)
        .build();
  }

  private static MetricSnapshot counter(String family, Map<Labels, Metric> points) {
    var snapshot =
        CounterSnapshot.builder()
            .name(family.substring(0, family.length() - TOTAL.length()))
            .help(MetricHelp.of(family));
    points.forEach(
        (labels, metric) ->
            number(metric)
                .ifPresent(
                    value ->
                        snapshot.dataPoint(
                            CounterDataPointSnapshot.builder()
                                .labels(labels)
                                .value(Math.max(0, value))
                                .build())));
    return snapshot.build();
  }

  private static MetricSnapshot gauge(String family, Map<Labels, Metric> points) {
    var snapshot = GaugeSnapshot.builder().name(family).help(MetricHelp.of(family));
    points.forEach(
        (labels, metric) ->
            number(metric)
                .ifPresent(
                    value ->
                        snapshot.dataPoint(
                            GaugeDataPointSnapshot.builder().labels(labels).value(value).build())));
    return snapshot.build();
  }

  private static Optional<Double> number(Metric metric) {
    return switch (metric) {
      case Counter counter -> Optional.of((double) counter.getCount());
      case Meter meter -> Optional.of((double) meter.getCount());
      case Gauge<?> gauge ->
          switch (gauge.getValue()) {
            case Number number -> Optional.of(number.doubleValue());
            case Boolean flag -> Optional.of(flag ? 1.0 : 0.0);
            case null, default -> Optional.empty();
          };
      default -> Optional.empty();
    };
  }
}
