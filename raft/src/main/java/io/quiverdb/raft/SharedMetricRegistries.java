package io.quiverdb.raft;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.MetricRegistryListener;
import com.codahale.metrics.Timer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.util.TimeDuration;

/// Lets Ratis report into the one Dropwizard registry of the process. Ratis finds this class
/// through `META-INF/services` and creates it itself, hence the static registry.
public final class SharedMetricRegistries extends MetricRegistries {
  private static final MetricRegistry SHARED = new MetricRegistry();

  private final Map<MetricRegistryInfo, Referenced> registries = new ConcurrentHashMap<>();

  /// Shows all that Ratis reports, from now on too, in `target` as well.
  ///
  /// @return ends that, and takes it out of `target` again
  static Reporting reportInto(MetricRegistry target) {
    var mirror = new Mirror(target);
    SHARED.addListener(mirror);
    return () -> {
      SHARED.removeListener(mirror);
      mirror.clear();
    };
  }

  interface Reporting extends AutoCloseable {
    @Override
    void close();
  }

  /// Copies what comes and goes in the shared registry. It is told what is there already when it
  /// begins to listen.
  private static final class Mirror implements MetricRegistryListener {
    private final MetricRegistry target;
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    Mirror(MetricRegistry target) {
      this.target = target;
    }

    private void add(String name, Metric metric) {
      if (names.add(name)) {
        target.register(name, metric);
      }
    }

    private void remove(String name) {
      if (names.remove(name)) {
        target.remove(name);
      }
    }

    void clear() {
      names.forEach(this::remove);
    }

    @Override
    public void onGaugeAdded(String name, Gauge<?> gauge) {
      add(name, gauge);
    }

    @Override
    public void onGaugeRemoved(String name) {
      remove(name);
    }

    @Override
    public void onCounterAdded(String name, Counter counter) {
      add(name, counter);
    }

    @Override
    public void onCounterRemoved(String name) {
      remove(name);
    }

    @Override
    public void onHistogramAdded(String name, Histogram histogram) {
      add(name, histogram);
    }

    @Override
    public void onHistogramRemoved(String name) {
      remove(name);
    }

    @Override
    public void onMeterAdded(String name, Meter meter) {
      add(name, meter);
    }

    @Override
    public void onMeterRemoved(String name) {
      remove(name);
    }

    @Override
    public void onTimerAdded(String name, Timer timer) {
      add(name, timer);
    }

    @Override
    public void onTimerRemoved(String name) {
      remove(name);
    }
  }

  private record Referenced(Registry registry, int references) {}

  @Override
  public RatisMetricRegistry create(MetricRegistryInfo info) {
    return registries.merge(
            info,
            new Referenced(new Registry(info), 1),
            (old, _) -> new Referenced(old.registry, old.references + 1))
        .registry;
  }

  /// True when the last reference is gone, and its metrics with it.
  @Override
  public boolean remove(MetricRegistryInfo info) {
    var left =
        registries.computeIfPresent(
            info,
            (_, old) -> {
              if (old.references > 1) {
                return new Referenced(old.registry, old.references - 1);
              }
              old.registry.close();
              return null;
            });
    return left == null;
  }

  @Override
  public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
    return Optional.ofNullable(registries.get(info)).map(Referenced::registry);
  }

  @Override
  public Set<MetricRegistryInfo> getMetricRegistryInfos() {
    return Set.copyOf(registries.keySet());
  }

  @Override
  public Collection<RatisMetricRegistry> getMetricRegistries() {
    List<RatisMetricRegistry> all = new ArrayList<>();
    registries.values().forEach(referenced -> all.add(referenced.registry));
    return all;
  }

  @Override
  public void clear() {
    registries.keySet().forEach(this::remove);
  }

  /// Reporters attach to the shared registry instead.
  @Override
  public void addReporterRegistration(
      Consumer<RatisMetricRegistry> start, Consumer<RatisMetricRegistry> stop) {}

  @Override
  public void enableJmxReporter() {}

  @Override
  public void enableConsoleReporter(TimeDuration rate) {}

  /// The names Ratis registered under one prefix of the shared registry.
  private static final class Registry implements RatisMetricRegistry {
    private final MetricRegistryInfo info;
    private final String prefix;
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    Registry(MetricRegistryInfo info) {
      this.info = info;
      this.prefix =
          MetricRegistry.name(
              info.getApplicationName(), info.getMetricsComponentName(), info.getPrefix());
    }

    @Override
    public MetricRegistryInfo getMetricRegistryInfo() {
      return info;
    }

    @Override
    public Timekeeper timer(String name) {
      Timer timer = LastMinute.timer(SHARED, register(name));
      return () -> {
        var running = timer.time();
        return running::stop;
      };
    }

    @Override
    public LongCounter counter(String name) {
      Counter counter = SHARED.counter(register(name));
      return new LongCounter() {
        @Override
        public void inc(long by) {
          counter.inc(by);
        }

        @Override
        public void dec(long by) {
          counter.dec(by);
        }

        @Override
        public long getCount() {
          return counter.getCount();
        }
      };
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> value) {
      SHARED.gauge(register(name), () -> value.get()::get);
    }

    @Override
    public boolean remove(String name) {
      String full = MetricRegistry.name(prefix, name);
      names.remove(full);
      return SHARED.remove(full);
    }

    void close() {
      names.forEach(SHARED::remove);
    }

    private String register(String name) {
      String full = MetricRegistry.name(prefix, name);
      names.add(full);
      return full;
    }
  }
}
