package io.quiverdb.node.api;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.node.routing.AnswerMemory;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.security.NodeTls;
import io.quiverdb.node.telemetry.HealthService;
import io.quiverdb.node.telemetry.MetricsService;
import io.quiverdb.node.telemetry.NodeMetrics;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// The port for clients: the contract through both doors, health and metrics.
public final class ApiServer implements AutoCloseable {
  // Somewhat too large a request is read whole, so that its sender reads the answer.
  private static final int READ_FACTOR = 2;

  private final Server server;
  private final ExecutorService executor;
  private final AtomicBoolean stopping;

  private ApiServer(Server server, ExecutorService executor, AtomicBoolean stopping) {
    this.server = server;
    this.executor = executor;
    this.stopping = stopping;
  }

  /// Binds `listen` and answers from there on.
  ///
  /// @param tls without, connections are in the clear
  /// @param insecure whether calls from elsewhere need no key as long as there is none
  /// @param timeout of calls that bring none
  /// @param drain how long [#close] waits for calls that are being answered
  /// @throws java.util.concurrent.CompletionException with a [java.io.IOException] if the address
  ///   cannot be bound
  public static ApiServer start(
      InetSocketAddress listen,
      Optional<NodeTls> tls,
      boolean insecure,
      Cluster cluster,
      Limits limits,
      NodeMetrics metrics,
      Duration timeout,
      Duration drain) {
    var executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("call-", 0).factory());
    var stopping = new AtomicBoolean();
    var runner = new CallRunner(limits, metrics, stopping::get);
    var clock = new CallClock(timeout);
    var rooms =
        new AnswerRooms(new AnswerMemory(limits.answersBytesMax()), limits.reading(), metrics);
    var streams = new Streams(metrics, stopping::get);
    var calls = Calls.over(cluster, limits, UUID::randomUUID, tls.isPresent());
    var streamCalls = Calls.streamsOver(cluster, UUID::randomUUID);
    int readBytesMax =
        (int) Math.min(Integer.MAX_VALUE, (long) limits.requestBytesMax() * READ_FACTOR);
    var builder =
        Server.builder()
            // Ours are Dropwizard metrics; this registry records nothing.
            .meterRegistry(new CompositeMeterRegistry())
            .maxRequestLength(readBytesMax)
            .requestTimeout(timeout.plus(CallClock.GRACE))
            .gracefulShutdownTimeout(Duration.ZERO, drain)
            .errorHandler(new Refusals())
            .decorator(new Authentication(cluster, insecure, metrics))
            .service(
                new GrpcDoor(runner, streams, clock, rooms, executor)
                    .over(calls, streamCalls, readBytesMax))
            .service(
                "/healthz",
                (_, _) -> HttpResponse.of(HttpStatus.OK, MediaType.JSON, "{\"status\":\"up\"}"))
            .service("/readyz", new HealthService(() -> reasons(cluster, stopping.get()), executor))
            .service("/metrics", new MetricsService(cluster, metrics, executor));
    listen(builder, listen, tls);
    new RestDoor(runner, streams, clock, rooms, executor).addTo(builder, calls, streamCalls);
    var server = builder.build();
    try {
      server.start().join();
    } catch (RuntimeException e) {
      executor.close();
      throw e;
    }
    return new ApiServer(server, executor, stopping);
  }

  private static void listen(
      ServerBuilder builder, InetSocketAddress listen, Optional<NodeTls> tls) {
    if (tls.isEmpty()) {
      builder.http(listen);
      return;
    }
    builder
        .https(listen)
        .tls(new FixedKeys(tls.get().own()))
        .tlsCustomizer(
            context -> {
              context.protocols(NodeTls.PROTOCOL);
              tls.get()
                  .clients()
                  .ifPresent(
                      clients -> context.trustManager(clients).clientAuth(ClientAuth.REQUIRE));
            });
  }

  /// One key manager, as the framework wants it.
  private static final class FixedKeys extends SimpleKeyManagerFactory {
    private final X509ExtendedKeyManager keys;

    FixedKeys(X509ExtendedKeyManager keys) {
      this.keys = keys;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {keys};
    }
  }

  private static List<String> reasons(Cluster cluster, boolean stopping) {
    List<String> reasons = new ArrayList<>(cluster.status().reasons());
    if (stopping) {
      reasons.add("stopping");
    }
    return reasons;
  }

  public int port() {
    return server.activeLocalPort();
  }

  /// Refuses new calls; those that are being answered go on.
  public void stopAccepting() {
    stopping.set(true);
  }

  @Override
  public void close() {
    stopAccepting();
    server.stop().join();
    // What was not answered while draining will not be.
    executor.shutdownNow();
  }

  /// What the framework refuses before a call begins, or ends before its answer: as problem
  /// documents, too.
  private static final class Refusals implements ServerErrorHandler {
    @Override
    public @Nullable HttpResponse onServiceException(
        ServiceRequestContext context, Throwable cause) {
      return RestDoor.cutOff(context, cause).orElse(null);
    }

    @Override
    public AggregatedHttpResponse renderStatus(
        @Nullable ServiceRequestContext context,
        ServiceConfig config,
        @Nullable RequestHeaders headers,
        HttpStatus status,
        @Nullable String description,
        @Nullable Throwable cause) {
      return RestDoor.problem(detailOf(status), status);
    }

    private static ErrorDetail detailOf(HttpStatus status) {
      return switch (status.code()) {
        case 404 ->
            ErrorMapping.detail(
                ErrorCode.NOT_FOUND, "path: unknown (expected: one of the contract's)");
        case 405 ->
            ErrorMapping.detail(
                ErrorCode.INVALID_ARGUMENT, "method: not for this path (expected: the contract's)");
        case 413 ->
            ErrorMapping.detail(
                ErrorCode.RESOURCE_EXHAUSTED,
                "request: too large (expected: at most the node's limits.request-bytes)",
                ErrorMapping.REQUEST_TOO_LARGE);
        case 503 ->
            ErrorMapping.detail(ErrorCode.UNAVAILABLE, "node: cannot answer in time or stopping");
        default ->
            status.isClientError()
                ? ErrorMapping.detail(
                    ErrorCode.INVALID_ARGUMENT, "request: " + status.reasonPhrase())
                : ErrorMapping.detail(ErrorCode.INTERNAL, "unexpected failure");
      };
    }
  }
}
