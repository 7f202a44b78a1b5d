package io.quiverdb.raft.snapshot;

import io.quiverdb.core.Position;
import io.quiverdb.core.SnapshotFailedException;
import io.quiverdb.core.Store;
import io.quiverdb.core.snapshot.ReplicationSnapshot;
import io.quiverdb.core.snapshot.SnapshotFile;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ShardException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checkpoints of this node's shards that other members fetch: pinned for as long as they read.
public final class SnapshotLeases implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SnapshotLeases.class);

  /// At once; each pins files that compaction would have deleted.
  static final int LEASES_MAX = 16;

  /// Without a read, a lease ends.
  static final Duration IDLE_MAX = Duration.ofSeconds(30);

  /// How long a log is kept after it was asked for.
  public static final Duration LOG_HOLD = Duration.ofSeconds(30);

  /// Of one answer.
  public static final int CHUNK_BYTES = 1 << 20;

  private final SnapshotMetrics metrics;
  private final LongSupplier nanoClock;
  private final Map<UUID, Lease> leases = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  /// Guarded by this.
  private final Set<ShardGroup> revoked = new HashSet<>();

  private static final class Lease {
    private final ShardGroup shard;
    private final ReplicationSnapshot snapshot;
    private volatile long usedNanos;

    /// Empty until their hashes are known; nobody has heard of the lease then.
    private volatile Optional<SnapshotFiles> files = Optional.empty();

    Lease(ShardGroup shard, ReplicationSnapshot snapshot, long usedNanos) {
      this.shard = shard;
      this.snapshot = snapshot;
      this.usedNanos = usedNanos;
    }

    SnapshotFiles files() {
      return files.orElseThrow(() -> new IllegalStateException("snapshot: not offered yet"));
    }
  }

  public SnapshotLeases(SnapshotMetrics metrics, LongSupplier nanoClock) {
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /// Pins the newest checkpoint of a store. Reads all of its files once, for their hashes.
  ///
  /// @param pinned told its position before that
  /// @throws ShardException.Overloaded if too many are pinned
  /// @throws io.quiverdb.core.StoreException if its files cannot be pinned or read
  public SnapshotOffer open(ShardGroup shard, Store store, Consumer<Position> pinned) {
    if (count.incrementAndGet() > LEASES_MAX) {
      count.decrementAndGet();
      throw new ShardException.Overloaded(
          "snapshots: %d are being fetched from this node (expected: fewer)".formatted(LEASES_MAX));
    }
    Optional<UUID> begun = Optional.empty();
    boolean kept = false;
    try {
      begun = Optional.of(pin(shard, store));
      var id = begun.get();
      var offer = offer(id, pinned);
      kept = true;
      return offer;
    } finally {
      if (begun.isEmpty()) {
        count.decrementAndGet();
      } else if (!kept) {
        close(begun.get());
      }
    }
  }

  private synchronized UUID pin(ShardGroup shard, Store store) {
    if (revoked.contains(shard)) {
      throw new ShardException.Unavailable(shard + ": given new files");
    }
    var id = UUID.randomUUID();
    leases.put(id, new Lease(shard, store.replicationSnapshot(), nanoClock.getAsLong()));
    return id;
  }

  private SnapshotOffer offer(UUID id, Consumer<Position> pinned) {
    var lease = leases.get(id);
    if (lease == null) {
      throw ended(id);
    }
    pinned.accept(lease.snapshot.position());
    var files = lease.snapshot.files();
    lease.usedNanos = nanoClock.getAsLong();
    lease.files = Optional.of(files);
    return SnapshotOffer.of(id, lease.snapshot.position(), files.list());
  }

  /// Ends the leases on a shard's files, and gives none until [#allow]: its directory is about to
  /// be another store's, and to end one deletes files there by their names.
  public synchronized void revoke(ShardGroup shard) {
    var _ = revoked.add(shard);
    leases.forEach(
        (id, lease) -> {
          if (lease.shard.equals(shard)) {
            close(id);
          }
        });
  }

  /// Ends the leases on checkpoints of a shard that lack the entry at `index`.
  public synchronized void endBefore(ShardGroup shard, long index) {
    leases.forEach(
        (id, lease) -> {
          if (lease.shard.equals(shard) && lease.snapshot.position().index() < index) {
            close(id);
          }
        });
  }

  public synchronized void allow(ShardGroup shard) {
    var _ = revoked.remove(shard);
  }

  /// Reads a piece of a file, at most [#CHUNK_BYTES] long, and renews the lease.
  ///
  /// @return empty at the end of the file
  /// @throws ShardException.Unavailable if the lease has ended
  /// @throws IllegalArgumentException if the snapshot has no such file, or none of that length
  /// @throws SnapshotFailedException if the file cannot be read
  public ByteBuffer read(UUID id, String name, long offset) {
    var lease = leases.get(id);
    if (lease == null) {
      throw ended(id);
    }
    lease.usedNanos = nanoClock.getAsLong();
    var file =
        lease.files().list().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "file: \"" + name + "\" (expected: one of the snapshot)"));
    if (offset < 0 || offset > file.bytes()) {
      throw new IllegalArgumentException(
          "offset: %d (expected: 0 to %d)".formatted(offset, file.bytes()));
    }
    var piece = read(lease, file, offset);
    metrics.sent(lease.shard, piece.remaining());
    return piece;
  }

  private static ShardException ended(UUID id) {
    return new ShardException.Unavailable("snapshot " + id + ": its lease has ended");
  }

  private static ByteBuffer read(Lease lease, SnapshotFile file, long offset) {
    int bytes = (int) Math.min(CHUNK_BYTES, file.bytes() - offset);
    try (var arena = Arena.ofConfined()) {
      var piece = ByteBuffer.allocate(bytes);
      piece.put(lease.files().open(file, arena).bytes().asSlice(offset, bytes).asByteBuffer());
      return piece.flip();
    } catch (IOException | InternalError e) {
      // The second is how the JVM reports a mapped file that the disk cannot give.
      throw new SnapshotFailedException("snapshot: " + file.name() + " cannot be read", e);
    }
  }

  /// Ends a lease; one that has ended is fine.
  public void close(UUID id) {
    var lease = leases.remove(id);
    if (lease != null) {
      count.decrementAndGet();
      lease.snapshot.close();
    }
  }

  /// Ends those that nobody reads. To be called now and then.
  public void expire() {
    long now = nanoClock.getAsLong();
    leases.forEach(
        (id, lease) -> {
          if (lease.files.isPresent() && now - lease.usedNanos > IDLE_MAX.toNanos()) {
            log.info("snapshot lease ended unused lease={}", id);
            close(id);
          }
        });
  }

  @Override
  public void close() {
    leases.keySet().forEach(this::close);
  }
}
