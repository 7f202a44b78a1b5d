package io.quiverdb.node.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.AbstractHttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// Answers with what speaks against serving: 200 if there is nothing, else 503, with the reasons as
/// JSON.
public final class HealthService extends AbstractHttpService {
  private static final JsonFactory JSON = new JsonFactory();

  private final Supplier<List<String>> reasons;
  private final Executor executor;

  /// @param executor looks for reasons, off the event loop
  public HealthService(Supplier<List<String>> reasons, Executor executor) {
    this.reasons = reasons;
    this.executor = executor;
  }

  @Override
  protected HttpResponse doGet(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(CompletableFuture.supplyAsync(() -> answer(reasons.get()), executor));
  }

  private static HttpResponse answer(List<String> reasons) {
    var body = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(body)) {
      json.writeStartObject();
      json.writeBooleanField("ready", reasons.isEmpty());
      json.writeArrayFieldStart("reasons");
      for (String reason : reasons) {
        json.writeString(reason);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return HttpResponse.of(
        reasons.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE,
        MediaType.JSON,
        HttpData.wrap(body.toByteArray()));
  }
}
