package io.quiverdb.node.telemetry;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.AbstractHttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.quiverdb.node.routing.Cluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// Answers `/metrics` in the Prometheus text format.
public final class MetricsService extends AbstractHttpService {
  private final Cluster cluster;
  private final NodeMetrics metrics;
  private final Executor executor;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

  /// @param executor writes the answer, off the event loop
  public MetricsService(Cluster cluster, NodeMetrics metrics, Executor executor) {
    this.cluster = cluster;
    this.metrics = metrics;
    this.executor = executor;
    registry.register(new DropwizardCollector(metrics.registry()));
  }

  @Override
  protected HttpResponse doGet(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(CompletableFuture.supplyAsync(this::scrape, executor));
  }

  private HttpResponse scrape() {
    metrics.observe(cluster);
    var text = new ByteArrayOutputStream();
    try {
      writer.write(text, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return HttpResponse.of(
        HttpStatus.OK, MediaType.parse(writer.getContentType()), HttpData.wrap(text.toByteArray()));
  }
}
