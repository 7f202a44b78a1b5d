package io.quiverdb.raft;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Gauges of each replica, in the node's registry while the node is open.
final class ReplicaMetrics implements AutoCloseable {
  private final MetricRegistry metrics;
  private final Set<String> names = ConcurrentHashMap.newKeySet();

  ReplicaMetrics(MetricRegistry metrics) {
    this.metrics = metrics;
  }

  /// Does nothing for a replica that is registered.
  void register(Replica replica) {
    gauge(replica, MetricNames.TERM, replica::currentTerm);
    gauge(replica, MetricNames.COMMITTED, replica::committedIndex);
    gauge(replica, MetricNames.APPLIED, () -> replica.machine().applied().get());
    gauge(replica, MetricNames.CHECKPOINTED, () -> replica.state().durable().index());
    gauge(replica, MetricNames.LEADS, () -> replica.leads() ? 1 : 0);
    gauge(replica, MetricNames.IN_FLIGHT_OPS, () -> replica.inFlight().entries());
    gauge(replica, MetricNames.IN_FLIGHT_BYTES, () -> replica.inFlight().bytes());
  }

  private void gauge(Replica replica, String name, Gauge<Number> value) {
    String full = MetricNames.of(name, replica.key());
    if (names.add(full)) {
      metrics.registerGauge(full, value);
    }
  }

  @Override
  public void close() {
    names.forEach(metrics::remove);
  }
}
