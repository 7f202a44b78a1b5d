package io.quiverdb.raft;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.StoreException;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.snapshot.SnapshotLeases;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens replicas again that are out of service in a process that goes on: one that could not apply
/// an entry, or that Ratis has closed. It is closed for good, without its files being touched, its
/// log is looked over, and it is opened with what is durable; what the log has behind that is
/// applied again. If its log turns out to have rotted it goes into quarantine, and if its store
/// cannot be opened it waits for another member's checkpoint.
///
/// A member that is taken out of its group learns of it from the others' refusal to elect it, and
/// Ratis closes it then. It is about to be removed, so it is left as it is for a while. Not for
/// ever: the group may be led back to its old members, and to be one again it must be open.
///
/// What comes back is tried again later and later, each time with a line in the log. A failed disk,
/// a full one and a damaged store are the concern of others; an entry of a later release waits for
/// that release.
final class Supervisor {
  private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

  /// For which a closed replica is left to whoever removes it.
  private static final long LEFT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final String CLOSED = "closed";

  private final Supplier<GroupServer> groups;
  private final Predicate<Replica> isToGo;
  private final SnapshotLeases leases;
  private final Consumer<Throwable> onFatal;
  private final MetricRegistry metrics;
  private final LongSupplier nanoClock;
  private final Executor executor;

  /// By the replicas that were opened again not long ago; only the ticking thread uses them.
  private final Map<GroupKey, Pause> pauses = new ConcurrentHashMap<>();

  /// Since when replicas are left closed; only the ticking thread uses it.
  private final Map<GroupKey, Long> leftSince = new HashMap<>();

  private final AtomicBoolean busy = new AtomicBoolean();

  /// @param groups is there when something is to be done
  /// @param isToGo whether the catalogue does not want a replica any more, as far as this node
  ///   knows
  /// @param leases on files of this node
  /// @param onFatal told when the disk failed
  /// @param nanoClock for pauses
  /// @param executor runs what waits
  Supervisor(
      Supplier<GroupServer> groups,
      Predicate<Replica> isToGo,
      SnapshotLeases leases,
      Consumer<Throwable> onFatal,
      MetricRegistry metrics,
      LongSupplier nanoClock,
      Executor executor) {
    this.groups = groups;
    this.isToGo = isToGo;
    this.leases = leases;
    this.onFatal = onFatal;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.executor = executor;
  }

  /// To be called several times a second; does not block.
  void tick() {
    long now = nanoClock.getAsLong();
    pauses.values().removeIf(pause -> pause.isForgotten(now));
    if (groups.get().isClosing()) {
      return;
    }
    for (Replica replica : groups.get().replicas()) {
      var ailment = ailment(replica);
      boolean isLeft = isLeft(replica, ailment, now);
      if (ailment.isPresent()
          && !isLeft
          && !busy.get()
          && pauses.computeIfAbsent(replica.key(), _ -> new Pause()).isOver(now)) {
        begin(replica, ailment.get());
      }
    }
  }

  private boolean isLeft(Replica replica, Optional<String> ailment, long now) {
    if (ailment.filter(CLOSED::equals).isEmpty() || !isToGo.test(replica)) {
      leftSince.remove(replica.key());
      return false;
    }
    return now - leftSince.computeIfAbsent(replica.key(), _ -> now) < LEFT_NANOS;
  }

  /// What is wrong with a replica that opening it again may cure.
  private static Optional<String> ailment(Replica replica) {
    if (replica.stopped().isPresent()) {
      return replica.stopped().filter(Reopening.OPENING_AGAIN::equals);
    }
    if (replica.division().isEmpty()) {
      // Somebody is opening it.
      return Optional.empty();
    }
    if (replica.state() instanceof StoreState state && state.damage().isPresent()) {
      return Optional.empty();
    }
    var fault = replica.machine().fault();
    if (fault.isPresent()) {
      return replica.machine().isCurable()
              && !isOfTheDisk(fault.get())
              && FeatureSupport.refusal(fault.get()).isEmpty()
          ? Optional.of("failed: " + fault.get().getClass().getSimpleName())
          : Optional.empty();
    }
    return replica.alive() ? Optional.empty() : Optional.of(CLOSED);
  }

  /// What it has written is not known then, and only another process finds out. A store that has
  /// failed says so of whatever stopped it.
  static boolean isOfTheDisk(@Nullable Throwable fault) {
    return fault != null
        && (fault instanceof IOException
            || fault instanceof ReadFailedException
            || fault instanceof InternalError
            || isOfTheDisk(fault.getCause()));
  }

  private void begin(Replica replica, String ailment) {
    busy.set(true);
    try {
      executor.execute(
          () -> {
            try {
              openAgain(replica, ailment);
            } finally {
              busy.set(false);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("replica left as it is: shutting down");
    }
  }

  private void openAgain(Replica replica, String ailment) {
    log.warn("opening a replica again group={} cause=\"{}\"", replica.key(), ailment);
    var shard =
        replica.key() instanceof ShardGroup key ? Optional.of(key) : Optional.<ShardGroup>empty();
    shard.ifPresent(leases::revoke);
    try {
      boolean isOpen = groups.get().openAgain(replica, () -> reset(replica));
      if (isOpen) {
        metrics.counter(MetricNames.of(MetricNames.REOPENED, replica.key())).inc();
      }
      log.warn("replica opened again group={} open={}", replica.key(), isOpen);
    } catch (IOException e) {
      log.error("replica not opened again group={}", replica.key(), e);
      onFatal.accept(e);
    } catch (StoreException | ShardException | IllegalStateException e) {
      // Its status says so, and it is tried again.
      log.error("replica not opened again group={}", replica.key(), e);
    } finally {
      shard.ifPresent(leases::allow);
    }
  }

  private static void reset(Replica replica) {
    // The catalogue's state is published when an entry is applied, or not at all.
    if (replica.state() instanceof StoreState state) {
      state.openAgain();
    }
  }
}
