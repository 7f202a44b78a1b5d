package io.quiverdb.raft.snapshot;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.ForeignFileException;
import io.quiverdb.core.UnsupportedFormatException;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings replicas of this node that have fallen behind their leader's log, or are damaged, up to a
/// checkpoint of another member: of each shard one attempt at a time, and only while it is asked
/// for.
///
/// The leader is asked first, then the others in turn. After a failure an attempt waits, longer
/// each time.
public final class SnapshotPuller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SnapshotPuller.class);
  private static final Duration BACK_OFF_MIN = Duration.ofSeconds(1);
  private static final Duration BACK_OFF_MAX = Duration.ofSeconds(30);

  /// Much more often than a lease and the hold of a log end.
  private static final Duration RENEWAL = Duration.ofSeconds(5);

  /// What is left of an attempt is deleted when nobody has asked for so long.
  private static final Duration LEFTOVERS_MAX = Duration.ofMinutes(10);

  /// What is left to others of the disk, besides the files: the store takes them as they lie.
  private static final long FREE_BYTES_MIN = 256 << 20;

  private final Path directory;
  private final Rate rate;
  private final Function<ShardGroup, List<NodeId>> others;
  private final Function<NodeId, SnapshotSource> sources;
  private final Target target;
  private final SnapshotMetrics metrics;
  private final LongSupplier nanoClock;
  private final Executor executor;
  private final Map<ShardGroup, Attempts> shards = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /// The replicas that need snapshots.
  public interface Target {
    /// The index of the last entry that is sound here: a snapshot is to hold a later one. −1 if
    /// nothing is.
    long soundIndex(ShardGroup shard);

    /// Keeps the log here from the entry behind `index` on, for a while: it is gone on with.
    void holdLog(ShardGroup shard, long index);

    /// Puts a snapshot in charge of a replica, unless what it has is sound and as far by then.
    ///
    /// @param files may be coming still
    /// @param configuration of the group, as the offer has it
    /// @return whether it did
    /// @throws io.quiverdb.core.StoreException if its files are not sound, or cannot be written
    boolean install(ShardGroup shard, SnapshotFiles files, ByteString configuration);
  }

  /// How it goes with one shard.
  private static final class Attempts {
    private boolean running;
    private int failures;
    private long notBeforeNanos;
    private long askedNanos;

    Attempts(long askedNanos) {
      this.askedNanos = askedNanos;
    }

    /// Whose turn it is to be asked.
    private int turn;

    /// Whom files came from, which are its own: another member has others of the same content.
    private volatile Optional<NodeId> source = Optional.empty();

    /// Whether the one that is under way is to end.
    private volatile boolean abandoned;

    /// While one is under way.
    private volatile Optional<Progress> progress = Optional.empty();
  }

  /// Of what is being fetched.
  public record Progress(long fetchedBytes, long totalBytes) {}

  /// @param directory what is fetched lies below it, on the file system of the stores
  /// @param others the other members of a shard's group
  /// @param sources reaches one
  public SnapshotPuller(
      Path directory,
      long bytesPerSecondMax,
      Function<ShardGroup, List<NodeId>> others,
      Function<NodeId, SnapshotSource> sources,
      Target target,
      SnapshotMetrics metrics,
      LongSupplier nanoClock,
      Executor executor) {
    this.directory = directory;
    this.rate = new Rate(bytesPerSecondMax, nanoClock);
    this.others = others;
    this.sources = sources;
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
    var attempts = attemptsFor(shard);
    synchronized (attempts) {
      attempts.askedNanos = nanoClock.getAsLong();
      boolean due = attempts.failures == 0 || nanoClock.getAsLong() - attempts.notBeforeNanos >= 0;
      if (closed || attempts.running || !due) {
        return;
      }
      attempts.running = true;
      attempts.abandoned = false;
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

  private Attempts attemptsFor(ShardGroup shard) {
    return shards.computeIfAbsent(shard, _ -> new Attempts(nanoClock.getAsLong()));
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
    var members = others.apply(shard);
    var member = attempts.source.orElseGet(() -> inTurn(members, leader, attempts.turn++));
    var source = sources.apply(member);
    // Until it is known whether this one is of use.
    attempts.source = Optional.empty();
    var offer = SnapshotPull.await(() -> source.open(shard.number()).join());
    try {
      requireUseful(shard, member, offer, firstIndex);
      requireRoom(shard, offer);
      try (var _ = Renewal.every(RENEWAL, () -> renew(shard, source, offer, members))) {
        install(shard, attempts, member, source, offer);
      }
    } finally {
      // Whether it is heard or not: it ends by itself.
      CompletableFuture<Void> _ = source.close(offer.lease());
    }
  }

  private void install(
      ShardGroup shard,
      Attempts attempts,
      NodeId member,
      SnapshotSource source,
      SnapshotOffer offer)
      throws IOException {
    log.info(
        "fetching a snapshot group={} source={} position={} bytes={}",
        shard,
        member,
        offer.position(),
        offer.bytes());
    long begunNanos = nanoClock.getAsLong();
    Path incoming = incoming(shard);
    attempts.progress = Optional.of(new Progress(0, offer.bytes()));
    var pull =
        new SnapshotPull(
            shard,
            source,
            incoming,
            rate,
            () -> closed || attempts.abandoned,
            bytes -> {
              attempts.source = Optional.of(member);
              metrics.fetched(shard, bytes);
              attempts.progress =
                  attempts.progress.map(
                      so -> new Progress(so.fetchedBytes() + bytes, so.totalBytes()));
            },
            () -> {
              // From here on it is of no use any more.
              attempts.source = Optional.empty();
              log.info(
                  "snapshot fetched group={} source={} position={} bytes={} millis={}",
                  shard,
                  member,
                  offer.position(),
                  offer.bytes(),
                  millisSince(begunNanos));
            });
    boolean installed;
    try {
      installed = pull.fetch(offer, files -> target.install(shard, files, offer.configuration()));
    } catch (CorruptFileException
        | ForeignFileException
        | UnsupportedFormatException
        | FeatureLevelException
        | IllegalArgumentException e) {
      // What this one sends is not sound, or not what it offers.
      attempts.source = Optional.empty();
      throw e;
    }
    if (installed) {
      metrics.installed(shard);
    }
    log.info(
        "snapshot {} group={} position={} millis={}",
        installed ? "installed" : "not needed any more",
        shard,
        offer.position(),
        millisSince(begunNanos));
    delete(incoming);
    attempts.turn = 0;
  }

  private long millisSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - startNanos);
  }

  /// Keeps the files at the source, and all members' logs from there on, for the log is what this
  /// one goes on with. Who cannot be asked is nobody to go on with.
  private void renew(
      ShardGroup shard, SnapshotSource source, SnapshotOffer offer, List<NodeId> members) {
    target.holdLog(shard, offer.position().index());
    var manifest = offer.files().getFirst();
    CompletableFuture<?> _ = source.read(offer.lease(), manifest.name(), manifest.bytes());
    for (var member : members) {
      try {
        CompletableFuture<Void> _ = sources.apply(member).holdLog(shard, offer.position().index());
      } catch (ShardException e) {
        log.debug("log not held group={} member={}", shard, member, e);
      }
    }
  }

  private Path incoming(ShardGroup shard) {
    return directory.resolve(Integer.toString(shard.number()));
  }

  private void requireRoom(ShardGroup shard, SnapshotOffer offer) throws IOException {
    Files.createDirectories(directory);
    long free = Files.getFileStore(directory).getUsableSpace();
    // What an earlier attempt has fetched is there already. Other files of it may be a store's by
    // now, whose room is not free when they are deleted here.
    long needed =
        offer.bytes() + FREE_BYTES_MIN - SnapshotPull.fetchedBytes(incoming(shard), offer);
    if (free < needed) {
      throw new ShardException.Unavailable(
          "disk: %d bytes free (expected: %d for a snapshot of %d)"
              .formatted(free, needed, offer.bytes()));
    }
  }

  private static NodeId inTurn(List<NodeId> members, Optional<NodeId> leader, int turn) {
    List<NodeId> leaderFirst = new ArrayList<>(members);
    leaderFirst.sort(Comparator.comparing(member -> !Optional.of(member).equals(leader)));
    if (leaderFirst.isEmpty()) {
      throw new ShardException.Unavailable("no other member is known");
    }
    return leaderFirst.get(turn % leaderFirst.size());
  }

  private void requireUseful(
      ShardGroup shard, NodeId member, SnapshotOffer offer, long firstIndex) {
    long index = offer.position().index();
    long atLeast = Math.max(firstIndex - 1, target.soundIndex(shard) + 1);
    if (index < atLeast) {
      throw new ShardException.Unavailable(
          "%s: node %s has a checkpoint of entry %d (expected: %d or later)"
              .formatted(shard, member, index, atLeast));
    }
  }

  /// Deletes what attempts have left that nobody needs any more: the member has caught up by the
  /// log, say. To be called now and then.
  public void tidy() {
    long now = nanoClock.getAsLong();
    leftBefore().forEach(this::attemptsFor);
    shards.forEach(
        (shard, attempts) -> {
          synchronized (attempts) {
            if (attempts.running || now - attempts.askedNanos < LEFTOVERS_MAX.toNanos()) {
              return;
            }
            attempts.askedNanos = now;
            try {
              delete(incoming(shard));
            } catch (IOException e) {
              log.warn("leftovers of a snapshot not deleted group={}", shard, e);
            }
          }
        });
  }

  /// The shards of which there are files, of attempts of an earlier process, too.
  private List<ShardGroup> leftBefore() {
    try (var paths = Files.list(directory)) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.matches("\\d{1,9}"))
          .map(name -> new ShardGroup(Integer.parseInt(name)))
          .toList();
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException e) {
      log.warn("leftovers of snapshots not looked for", e);
      return List.of();
    }
  }

  /// Deletes what attempts have left of a shard, unless one is under way.
  ///
  /// @return whether nothing is left
  public boolean discard(ShardGroup shard) throws IOException {
    var attempts = attemptsFor(shard);
    synchronized (attempts) {
      if (attempts.running) {
        return false;
      }
      delete(incoming(shard));
      return true;
    }
  }

  /// Of a shard whose replica is removed: as [#discard], and an attempt that is under way ends as
  /// soon as a piece has come.
  ///
  /// @return whether nothing is left
  public boolean abandon(ShardGroup shard) throws IOException {
    attemptsFor(shard).abandoned = true;
    return discard(shard);
  }

  /// Whether files of a snapshot are there.
  public boolean hasLeft(ShardGroup shard) {
    return Files.exists(incoming(shard));
  }

  private static void delete(Path incoming) throws IOException {
    if (!Files.exists(incoming)) {
      return;
    }
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
