package io.quiverdb.node.telemetry;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.MetricNames;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardInfo;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// What the node itself measures, in the one registry of the process. [MetricHelp] says what each
/// name means.
public final class NodeMetrics {
  static final String API_REQUESTS = "quiver_api_requests_total";
  static final String API_DURATION = "quiver_api_request_duration_seconds";
  static final String API_IN_FLIGHT = "quiver_api_requests_in_flight";
  static final String API_STREAMS = "quiver_api_streams_open";
  static final String API_CUT_OFF = "quiver_api_cut_off_total";
  static final String AUTHENTICATION_FAILURES = "quiver_api_authentication_failures_total";
  static final String CERTIFICATE_EXPIRY = "quiver_tls_certificate_expiry_seconds";
  static final String CERTIFICATES_REFUSED = "quiver_tls_certificates_refused_total";
  static final String NODE_READY = "quiver_node_ready";
  static final String SHARD_ROLE = "quiver_shard_role";
  static final String SHARD_TERM = "quiver_shard_term";
  static final String SHARD_COMMITTED = "quiver_shard_committed_index";
  static final String SHARD_APPLIED = "quiver_shard_applied_index";
  static final String SHARD_CHECKPOINTED = "quiver_shard_checkpointed_index";
  static final String SHARD_LAG = "quiver_shard_lag_entries";
  static final String SHARD_POINTS = "quiver_shard_points";
  static final String SHARD_REPLICAS_DIFFERENT = "quiver_shard_replicas_different";
  static final String SHARDS_LEADERLESS = "quiver_shards_leaderless";
  static final String BUILD_INFO = "quiver_build_info";

  private final MetricRegistry metrics;
  private final Counter inFlight;
  private final Counter streams;
  private final Counter authenticationFailures;
  private final Counter cutOff;
  private final Map<String, LatencyHistogram> durations = new ConcurrentHashMap<>();
  private final Set<String> shardGauges = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> different = new ConcurrentHashMap<>();

  private volatile Map<String, ReplicaStatus> replicas = Map.of();
  private volatile boolean ready;
  private volatile int leaderless;

  public NodeMetrics(MetricRegistry metrics, String version) {
    this.metrics = metrics;
    this.inFlight = metrics.counter(API_IN_FLIGHT);
    this.streams = metrics.counter(API_STREAMS);
    this.cutOff = metrics.counter(API_CUT_OFF);
    this.authenticationFailures = metrics.counter(AUTHENTICATION_FAILURES);
    gauge(BUILD_INFO, Map.of("version", version), () -> 1);
    gauge(NODE_READY, Map.of(), () -> ready);
    gauge(SHARDS_LEADERLESS, Map.of(), () -> leaderless);
    registerJvm();
  }

  MetricRegistry registry() {
    return metrics;
  }

  private void registerJvm() {
    var memory = ManagementFactory.getMemoryMXBean();
    var threads = ManagementFactory.getThreadMXBean();
    gauge("quiver_jvm_heap_used_bytes", Map.of(), () -> memory.getHeapMemoryUsage().getUsed());
    gauge("quiver_jvm_heap_max_bytes", Map.of(), () -> memory.getHeapMemoryUsage().getMax());
    gauge("quiver_jvm_threads", Map.of(), threads::getThreadCount);
    for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      var labels = Map.of("collector", collector.getName());
      gauge("quiver_jvm_gc_collections_total", labels, collector::getCollectionCount);
      gauge(
          "quiver_jvm_gc_seconds_total",
          labels,
          () -> collector.getCollectionTime() / (double) TimeUnit.SECONDS.toMillis(1));
    }
  }

  // --- calls

  public void callStarted() {
    inFlight.inc();
  }

  /// @param code `OK` or an error code
  public void callFinished(String call, String code, long nanos) {
    inFlight.dec();
    metrics.counter(MetricNames.of(API_REQUESTS, Map.of("call", call, "code", code))).inc();
    duration(call).record(nanos);
  }

  public void streamOpened() {
    streams.inc();
  }

  public void streamClosed() {
    streams.dec();
  }

  /// A caller did not read its answer in time.
  public void callerCutOff() {
    cutOff.inc();
  }

  /// A call was refused for its API key, or for having none.
  public void authenticationFailed() {
    authenticationFailures.inc();
  }

  /// @param expires when this node's certificate does
  /// @param refused how many certificates of other nodes were refused
  public void watchCertificates(Supplier<Instant> expires, LongSupplier refused) {
    gauge(
        CERTIFICATE_EXPIRY,
        Map.of(),
        () -> Duration.between(Instant.now(), expires.get()).toSeconds());
    gauge(CERTIFICATES_REFUSED, Map.of(), refused::getAsLong);
  }

  private LatencyHistogram duration(String call) {
    return durations.computeIfAbsent(
        call,
        name ->
            metrics.register(
                MetricNames.of(API_DURATION, Map.of("call", name)), new LatencyHistogram()));
  }

  // --- shards

  /// Takes the state of the node and its replicas, which the gauges show until the next time.
  public void observe(Cluster cluster) {
    var status = cluster.status();
    ready = status.ready();
    List<ShardInfo> shards =
        cluster.catalog().map(catalog -> catalog.view().shards()).orElse(List.of());
    leaderless =
        (int) shards.stream().filter(shard -> cluster.leader(shard.number()).isEmpty()).count();
    Map<String, ReplicaStatus> observed = new ConcurrentHashMap<>();
    for (var replica : status.replicas()) {
      observed.put(MetricNames.label(replica.group()), replica);
    }
    replicas = observed;
    observed.keySet().stream().filter(shardGauges::add).forEach(this::registerShard);
  }

  private void registerShard(String shard) {
    var labels = Map.of("shard", shard);
    replicaGauge(SHARD_TERM, labels, shard, ReplicaStatus::term);
    replicaGauge(SHARD_COMMITTED, labels, shard, ReplicaStatus::committedIndex);
    replicaGauge(SHARD_APPLIED, labels, shard, ReplicaStatus::appliedIndex);
    replicaGauge(SHARD_CHECKPOINTED, labels, shard, ReplicaStatus::checkpointedIndex);
    replicaGauge(
        SHARD_LAG,
        labels,
        shard,
        replica -> Math.max(0, replica.committedIndex() - replica.appliedIndex()));
    replicaGauge(SHARD_POINTS, labels, shard, ReplicaStatus::points);
    gauge(SHARD_REPLICAS_DIFFERENT, labels, () -> different.getOrDefault(shard, 0));
    for (var role : ReplicaStatus.Role.values()) {
      gauge(
          SHARD_ROLE,
          Map.of("shard", shard, "role", role.name().toLowerCase(Locale.ROOT)),
          () -> replica(shard).filter(replica -> replica.role() == role).isPresent());
    }
  }

  /// What the last comparison of a group's replicas found, or that this node compares it no more.
  ///
  /// @param replicas how many differ from most
  public void replicasDiffer(GroupKey group, int replicas) {
    different.put(MetricNames.label(group), replicas);
  }

  // A replica that has gone shows nothing.
  private void replicaGauge(
      String name, Map<String, String> labels, String shard, ToLongFunction<ReplicaStatus> value) {
    gauge(name, labels, () -> replica(shard).<Object>map(value::applyAsLong).orElse(""));
  }

  private Optional<ReplicaStatus> replica(String shard) {
    return Optional.ofNullable(replicas.get(shard));
  }

  private void gauge(String name, Map<String, String> labels, Gauge<?> value) {
    metrics.registerGauge(MetricNames.of(name, labels), value);
  }
}
