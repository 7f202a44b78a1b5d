package io.quiverdb.raft.snapshot;

import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ShardException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings replicas of this node that have fallen behind their leader's log up to a checkpoint of
/// another member: of each shard one attempt at a time, and only while it is asked for.
///
/// The leader is asked first, then the others in turn. After a failure an attempt waits, longer
/// each time.
public final class SnapshotPuller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SnapshotPuller.class);
  private static final Duration BACK_OFF_MIN = Duration.ofSeconds(1);
  private static final Duration BACK_OFF_MAX = Duration.ofSeconds(30);

  private final Path directory;
  private final Rate rate;
  private final Supplier<List<NodeId>> others;
  private final Function<NodeId, Peer> peers;
  private final Target target;
  private final SnapshotMetrics metrics;
  private final LongSupplier nanoClock;
  private final Executor executor;
  private final Map<ShardGroup, Attempts> shards = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /// The replicas that need snapshots.
  public interface Target {
    /// Of the last entry applied.
    long appliedIndex(ShardGroup shard);

    /// Puts a snapshot in charge of a replica, unless it has come as far by itself meanwhile.
    ///
    /// @throws io.quiverdb.core.StoreException if its files are not sound, or cannot be written
    void install(ShardGroup shard, SnapshotFiles files);
  }

  /// How it goes with one shard.
  private static final class Attempts {
    private boolean running;
    private int failures;
    private long notBeforeNanos;

    /// While one is under way.
    private volatile Optional<Progress> progress = Optional.empty();
  }

  /// Of what is being fetched.
  public record Progress(long fetchedBytes, long totalBytes) {}

  /// @param directory what is fetched lies below it, on the file system of the stores
  /// @param others the other members
  public SnapshotPuller(
      Path directory,
      long bytesPerSecondMax,
      Supplier<List<NodeId>> others,
      Function<NodeId, Peer> peers,
      Target target,
      SnapshotMetrics metrics,
      LongSupplier nanoClock,
      Executor executor) {
    this.directory = directory;
    this.rate = new Rate(bytesPerSecondMax, nanoClock);
    this.others = others;
    this.peers = peers;
    this.target = target;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.executor = executor;
  }

  /// A replica needs a snapshot: its leader says so, again and again until it has one. Does not
  /// block.
  ///
  /// @param firstIndex that the leader's log begins with
  public void need(ShardGroup shard, Optional<NodeId> leader, long firstIndex) {
    var attempts = shards.computeIfAbsent(shard, _ -> new Attempts());
    synchronized (attempts) {
      boolean due = attempts.failures == 0 || nanoClock.getAsLong() - attempts.notBeforeNanos >= 0;
      if (closed || attempts.running || !due) {
        return;
      }
      attempts.running = true;
    }
    boolean started = false;
    try {
      executor.execute(() -> attempt(shard, attempts, leader, firstIndex));
      started = true;
    } catch (RejectedExecutionException e) {
      log.debug("no snapshot is fetched: shutting down");
    } finally {
      if (!started) {
        synchronized (attempts) {
          attempts.running = false;
        }
      }
    }
  }

  /// What is being fetched for a shard; empty if nothing is.
  public Optional<Progress> progress(ShardGroup shard) {
    return Optional.ofNullable(shards.get(shard)).flatMap(attempts -> attempts.progress);
  }

  private void attempt(
      ShardGroup shard, Attempts attempts, Optional<NodeId> leader, long firstIndex) {
    boolean succeeded = false;
    try {
      pull(shard, attempts, leader, firstIndex);
      succeeded = true;
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        metrics.failed(shard);
        tell(shard, attempts.failures + 1, e);
      }
    } finally {
      attempts.progress = Optional.empty();
      synchronized (attempts) {
        attempts.running = false;
        attempts.failures = succeeded ? 0 : attempts.failures + 1;
        attempts.notBeforeNanos = nanoClock.getAsLong() + backOff(attempts.failures).toNanos();
      }
    }
  }

  private static void tell(ShardGroup shard, int failures, Exception cause) {
    if (cause instanceof ShardException) {
      // Of the other node, or of the network: where it was thrown here says nothing.
      log.warn(
          "snapshot not installed group={} failures={} cause=\"{}\"",
          shard,
          failures,
          cause.getMessage());
    } else {
      log.warn("snapshot not installed group={} failures={}", shard, failures, cause);
    }
  }

  private static Duration backOff(int failures) {
    var doubled = BACK_OFF_MIN.multipliedBy(1L << Math.min(failures, 10)).dividedBy(2);
    return doubled.compareTo(BACK_OFF_MAX) < 0 ? doubled : BACK_OFF_MAX;
  }

  private void pull(ShardGroup shard, Attempts attempts, Optional<NodeId> leader, long firstIndex)
      throws IOException {
    var members = others.get();
    var source = source(members, leader, attempts.failures);
    var peer = peers.apply(source).snapshots();
    var offer = SnapshotPull.await(() -> peer.open(shard.number()).join());
    try {
      requireUseful(shard, source, offer, firstIndex);
      log.info(
          "fetching a snapshot group={} source={} position={} bytes={}",
          shard,
          source,
          offer.position(),
          offer.bytes());
      Path incoming = directory.resolve(Integer.toString(shard.number()));
      attempts.progress = Optional.of(new Progress(0, offer.bytes()));
      var pull =
          new SnapshotPull(
              shard,
              peer,
              members.stream().map(peers).map(Peer::snapshots).toList(),
              incoming,
              rate,
              nanoClock,
              () -> closed,
              bytes -> {
                metrics.fetched(shard, bytes);
                attempts.progress =
                    attempts.progress.map(
                        so -> new Progress(so.fetchedBytes() + bytes, so.totalBytes()));
              });
      target.install(shard, pull.fetch(offer));
      delete(incoming);
      metrics.installed(shard);
    } finally {
      // Whether it is heard or not: it ends by itself.
      CompletableFuture<Void> _ = peer.close(offer.lease());
    }
  }

  private NodeId source(List<NodeId> members, Optional<NodeId> leader, int failures) {
    List<NodeId> inTurn = new ArrayList<>(members);
    inTurn.sort(Comparator.comparing(member -> !Optional.of(member).equals(leader)));
    if (inTurn.isEmpty()) {
      throw new ShardException.Unavailable("no other member is known");
    }
    Collections.rotate(inTurn, -failures);
    return inTurn.getFirst();
  }

  private void requireUseful(
      ShardGroup shard, NodeId source, SnapshotOffer offer, long firstIndex) {
    long index = offer.position().index();
    long atLeast = Math.max(firstIndex - 1, target.appliedIndex(shard) + 1);
    if (index < atLeast) {
      throw new ShardException.Unavailable(
          "%s: node %s has a checkpoint of entry %d (expected: %d or later)"
              .formatted(shard, source, index, atLeast));
    }
  }

  private static void delete(Path incoming) throws IOException {
    try (var files = Files.newDirectoryStream(incoming)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(incoming);
  }

  /// Gives up what is under way, as soon as a piece has come.
  @Override
  public void close() {
    closed = true;
  }
}
