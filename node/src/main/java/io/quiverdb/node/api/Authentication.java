package io.quiverdb.node.api;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.RoutingException;
import io.quiverdb.node.routing.ShardRouter;
import io.quiverdb.node.security.ApiKey;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.raft.catalog.Catalog;
import io.quiverdb.raft.catalog.CatalogView;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// Stands before all calls of both doors, before their bodies are read. Once the catalogue has an
/// API key, each needs one. Until then only this machine is served, unless the node is insecure.
final class Authentication implements DecoratingHttpServiceFunction {
  /// Say nothing of what is stored, and are asked by what has no key.
  private static final Set<String> OPEN = Set.of("/healthz", "/readyz", "/metrics");

  /// What there is to be asked of a node before there is a catalogue.
  private static final Pattern OF_THE_CLUSTER =
      Pattern.compile("/quiver\\.v1\\.Cluster/.*|/v1/cluster/.*");

  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +(\\S+) *");

  /// A key that is not known may have been made just now, by way of another node: the catalogue is
  /// asked so often at most, whoever makes keys up.
  private static final long LOOKS_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  private static final Duration LOOK_MAX = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final boolean insecure;
  private final NodeMetrics metrics;
  private final AtomicLong looked = new AtomicLong(System.nanoTime() - LOOKS_AGAIN_NANOS);

  /// @param insecure whether calls from elsewhere need no key as long as there is none
  Authentication(Cluster cluster, boolean insecure, NodeMetrics metrics) {
    this.cluster = cluster;
    this.insecure = insecure;
    this.metrics = metrics;
  }

  @Override
  public HttpResponse serve(HttpService calls, ServiceRequestContext context, HttpRequest request)
      throws Exception {
    if (OPEN.contains(context.path())) {
      return calls.serve(context, request);
    }
    var catalog = cluster.catalog();
    if (catalog.isEmpty()) {
      return serveWithoutCatalog(calls, context, request);
    }
    var view = catalog.get().view();
    if (view.apiKeys().isEmpty()) {
      return isServedWithoutKey(context)
          ? calls.serve(context, request)
          : refuse(
              context,
              "api key: none exists yet (expected: made on this node's machine, by"
                  + " `quiver cluster init` or `quiver key create`)");
    }
    var bearer = Optional.ofNullable(request.headers().get(HttpHeaderNames.AUTHORIZATION));
    if (bearer.isEmpty()) {
      return refuse(context, "authorization: none (expected: Bearer and an API key)");
    }
    var key =
        bearer
            .map(BEARER::matcher)
            .filter(matcher -> matcher.matches())
            .flatMap(matcher -> ApiKey.parse(matcher.group(1)));
    if (key.isEmpty()) {
      return refuse(context, "authorization: malformed (expected: Bearer and an API key)");
    }
    if (isKnown(key.get(), view)) {
      return calls.serve(context, request);
    }
    return view.apiKey(key.get().id()).isEmpty() && mayLookAgain()
        ? serveIfNew(catalog.get(), key.get(), calls, context, request)
        : refuseUnknown(context);
  }

  /// Nobody can be told from anybody: what is stored is out of reach as well.
  private HttpResponse serveWithoutCatalog(
      HttpService calls, ServiceRequestContext context, HttpRequest request) throws Exception {
    if (isServedWithoutKey(context) && OF_THE_CLUSTER.matcher(context.path()).matches()) {
      return calls.serve(context, request);
    }
    try {
      var _ = ShardRouter.catalogOf(cluster);
    } catch (RoutingException e) {
      return refuse(context, ErrorMapping.detailOf(e));
    }
    // It has come just now.
    return serve(calls, context, request);
  }

  private boolean isServedWithoutKey(ServiceRequestContext context) {
    var remote = context.remoteAddress().getAddress();
    return insecure
        || remote.isLoopbackAddress()
        || remote.equals(context.localAddress().getAddress());
  }

  private static boolean isKnown(ApiKey key, CatalogView view) {
    return view.apiKey(key.id()).filter(key::matches).isPresent();
  }

  private boolean mayLookAgain() {
    long before = looked.get();
    long now = System.nanoTime();
    return now - before >= LOOKS_AGAIN_NANOS && looked.compareAndSet(before, now);
  }

  private HttpResponse serveIfNew(
      Catalog catalog,
      ApiKey key,
      HttpService calls,
      ServiceRequestContext context,
      HttpRequest request) {
    return HttpResponse.of(
        catalog
            .barrier()
            .orTimeout(LOOK_MAX.toMillis(), TimeUnit.MILLISECONDS)
            .thenApply(view -> isKnown(key, view))
            .exceptionally(_ -> false)
            .thenApplyAsync(
                known -> known ? served(calls, context, request) : refuseUnknown(context),
                context.eventLoop()));
  }

  private static HttpResponse served(
      HttpService calls, ServiceRequestContext context, HttpRequest request) {
    try {
      return calls.serve(context, request);
    } catch (Exception e) {
      return HttpResponse.ofFailure(e);
    }
  }

  private HttpResponse refuseUnknown(ServiceRequestContext context) {
    return refuse(
        context, "api key: not known (expected: one of those that `quiver key list` shows)");
  }

  private HttpResponse refuse(ServiceRequestContext context, String reason) {
    metrics.authenticationFailed();
    return refuse(context, ErrorMapping.detail(ErrorCode.UNAUTHENTICATED, reason));
  }

  private static HttpResponse refuse(ServiceRequestContext context, ErrorDetail detail) {
    return context.path().startsWith("/quiver.v1.")
        ? GrpcDoor.refusal(detail)
        : RestDoor.problem(detail);
  }
}
