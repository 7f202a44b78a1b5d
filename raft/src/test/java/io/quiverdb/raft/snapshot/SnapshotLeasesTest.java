package io.quiverdb.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.Position;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.TestKeyRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotLeasesTest {
  private static final ShardGroup SHARD = new ShardGroup(0);

  @TempDir Path directory;
  private final MetricRegistry metrics = new MetricRegistry();
  private final List<Position> pinned = new ArrayList<>();
  private long nanos;

  private Store openStore() {
    return Store.openReplicated(
        FileStorage.at(directory), StoreOptions.standard(), TestKeyRing.INSTANCE, new UUID(1, 2));
  }

  private SnapshotLeases leases() {
    return new SnapshotLeases(new SnapshotMetrics(metrics), () -> nanos);
  }

  private boolean hasLinks() throws IOException {
    try (var names = Files.list(directory)) {
      return names.anyMatch(name -> name.getFileName().toString().startsWith("snap-"));
    }
  }

  @Test
  void offerNamesTheManifestFirstAndItsFilesCanBeReadToTheirEnd() {
    try (var store = openStore();
        var leases = leases()) {
      var offer = leases.open(SHARD, store, pinned::add);

      assertThat(pinned).containsExactly(offer.position());
      assertThat(offer.files().getFirst().name()).startsWith("manifest-");
      long readBytes = 0;
      for (var file : offer.files()) {
        var piece = leases.read(offer.lease(), file.name(), 0);
        assertThat((long) piece.remaining()).isEqualTo(file.bytes());
        readBytes += piece.remaining();
        assertThat(leases.read(offer.lease(), file.name(), file.bytes()).hasRemaining()).isFalse();
      }
      assertThat(readBytes).isEqualTo(offer.bytes());
    }
  }

  @Test
  void leasesOnFilesThatAreGoingToBeReplacedEndAndNoneIsGivenUntilTheyAre() throws IOException {
    try (var store = openStore();
        var leases = leases()) {
      var offer = leases.open(SHARD, store, pinned::add);
      String manifest = offer.files().getFirst().name();

      leases.revoke(SHARD);

      assertThat(hasLinks()).isFalse();
      assertThatThrownBy(() -> leases.read(offer.lease(), manifest, 0))
          .isInstanceOf(ShardException.Unavailable.class);
      assertThatThrownBy(() -> leases.open(SHARD, store, pinned::add))
          .isInstanceOf(ShardException.Unavailable.class);
      assertThat(hasLinks()).isFalse();

      leases.allow(SHARD);
      var next = leases.open(SHARD, store, pinned::add);
      assertThat(leases.read(next.lease(), manifest, 0).hasRemaining()).isTrue();
    }
  }

  @Test
  void leaseEndsWhileItsFilesAreHashedWithoutAnOffer() {
    try (var store = openStore();
        var leases = leases()) {
      assertThatThrownBy(() -> leases.open(SHARD, store, _ -> leases.revoke(SHARD)))
          .isInstanceOfAny(ShardException.class, StoreException.class);

      leases.allow(SHARD);
      for (int lease = 0; lease < SnapshotLeases.LEASES_MAX; lease++) {
        assertThat(leases.open(SHARD, store, pinned::add).files()).isNotEmpty();
      }
    }
  }

  @Test
  void leaseThatIsReadGoesOnAndOneThatIsNotEnds() throws IOException {
    try (var store = openStore();
        var leases = leases()) {
      var offer = leases.open(SHARD, store, pinned::add);
      String manifest = offer.files().getFirst().name();
      for (int renewal = 0; renewal < 3; renewal++) {
        nanos += SnapshotLeases.IDLE_MAX.toNanos();
        leases.expire();
        assertThat(leases.read(offer.lease(), manifest, 0).hasRemaining()).isTrue();
      }

      nanos += SnapshotLeases.IDLE_MAX.toNanos() + 1;
      leases.expire();

      assertThatThrownBy(() -> leases.read(offer.lease(), manifest, 0))
          .isInstanceOf(ShardException.Unavailable.class)
          .hasMessageContaining("its lease has ended");
      assertThat(hasLinks()).isFalse();
    }
  }

  @Test
  void offerThatIsLetGoFreesItsFilesOnce() throws IOException {
    try (var store = openStore();
        var leases = leases()) {
      var offer = leases.open(SHARD, store, pinned::add);
      assertThat(hasLinks()).isTrue();

      leases.close(offer.lease());
      leases.close(offer.lease());

      assertThat(hasLinks()).isFalse();
    }
  }

  @Test
  void noMoreAreGivenThanMayBePinned() {
    try (var store = openStore();
        var leases = leases()) {
      List<UUID> given = new ArrayList<>();
      for (int lease = 0; lease < SnapshotLeases.LEASES_MAX; lease++) {
        given.add(leases.open(SHARD, store, pinned::add).lease());
      }
      assertThatThrownBy(() -> leases.open(SHARD, store, pinned::add))
          .isInstanceOf(ShardException.Overloaded.class);

      leases.close(given.getFirst());

      assertThat(leases.open(SHARD, store, pinned::add).files()).isNotEmpty();
    }
  }

  @Test
  void whatTheOfferDoesNotHoldIsRefused() {
    try (var store = openStore();
        var leases = leases()) {
      var offer = leases.open(SHARD, store, pinned::add);
      var manifest = offer.files().getFirst();

      assertThatThrownBy(() -> leases.read(offer.lease(), "../LOCK", 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("file: \"../LOCK\" (expected: one of the snapshot)");
      for (long offset : new long[] {-1, manifest.bytes() + 1}) {
        assertThatThrownBy(() -> leases.read(offer.lease(), manifest.name(), offset))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("offset: %d (expected: 0 to %d)", offset, manifest.bytes());
      }
    }
  }
}
