package io.quiverdb.core;

import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.FileHeader;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StoreVerifyTest {
  private final SimulatedStorage storage = new SimulatedStorage();
  private StateHash hash = new StateHash(0, 0);

  /// Two segments, in the first of which rows are dead.
  @BeforeEach
  void fillStore() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      for (int index = 0; index < 300; index++) {
        shard.upsert(point("id-" + index, index));
      }
      shard.store.checkpoint();
      shard.delete("id-7", "id-8");
      shard.upsert(point("id-9", 1), point("new", 2));
      shard.store.checkpoint();
      hash = shard.store.stateHash();
    }
  }

  @Test
  void intactStoreVerifiesAndItsHashIsThatOfTheState() {
    var verification = verify();

    assertThat(verification.damages()).isEmpty();
    assertThat(verification.isIntact()).isTrue();
    assertThat(verification.stateHash()).contains(hash);
    assertThat(verification.rowCount()).isEqualTo(302);
    // A manifest, a window, two segments of four files, the dead rows of one.
    assertThat(verification.fileCount()).isEqualTo(11);
  }

  /// Each publishes a manifest and deletes another, at every call of the verification.
  @Test
  void checkpointsMeanwhileAreNoDamage() {
    var hooked = new HookedStorage(storage);
    try (var shard = new TestShard(hooked, RequestWindow.BYTES_MAX)) {
      var isOut = new AtomicBoolean(true);
      var checkpoints = new AtomicInteger();
      hooked.setBeforeCall(
          () -> {
            if (isOut.compareAndSet(true, false)) {
              shard.upsert(point("later", checkpoints.incrementAndGet()));
              shard.store.checkpoint();
              isOut.set(true);
            }
          });

      var verification = shard.store.verify();

      hooked.setBeforeCall(() -> {});
      assertThat(verification.damages()).isEmpty();
      assertThat(checkpoints).hasValueGreaterThan(10);
    }
  }

  @Test
  void openStoreVerifiesWhatItsLastCheckpointHolds() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      var position = shard.store.position();
      shard.upsert(point("later", 3));

      var verification = shard.store.verify();

      assertThat(verification.isIntact()).isTrue();
      assertThat(verification.position()).isEqualTo(position);
      assertThat(verification.stateHash()).contains(hash);
    }
  }

  @Test
  void storeWithoutCheckpointHasNothingToVerify() {
    try (var shard = new TestShard()) {
      assertThat(shard.store.verify()).isEqualTo(Verification.NOTHING);
    }
    assertThat(
            Store.verify(
                new SimulatedStorage(), StoreOptions.standard(), TestKeys.SHARED.keyRing()))
        .isEqualTo(Verification.NOTHING);
  }

  @Test
  void verifyingChangesNothing() throws IOException {
    var before = storage.copy();

    verify();

    assertThat(storage.files()).isEqualTo(before.files());
    for (var path : storage.files()) {
      assertThat(storage.content(path)).as(path).isEqualTo(before.content(path));
    }
  }

  @Test
  void storeThatIsOpenIsNotVerifiedFromOutside() {
    try (var _ = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      assertThatThrownBy(this::verify).isInstanceOf(StoreLockedException.class);
    }
  }

  @Test
  void damageOfSeveralFilesIsNamedAllAtOnce() throws IOException {
    flip(path("seg-1.vec"), FileHeader.BYTES + 100);
    flip(path("seg-1.pay"), FileHeader.BYTES + 60);
    storage.delete(path("seg-2.dir"));
    flip(path("del-1"), 20);

    var damaged = verify().damages();

    assertThat(damaged)
        .extracting(Damage::file)
        .containsOnly(path("seg-1.vec"), path("seg-1.pay"), path("seg-2.dir"), path("del-1"));
    assertThat(verify().stateHash()).isEmpty();
    assertThat(damaged)
        .anySatisfy(
            damage ->
                assertThat(damage.toString())
                    .startsWith(path("seg-1.vec") + " page 0 at 156: page checksum is "))
        .anySatisfy(
            damage ->
                assertThat(damage.toString())
                    .isEqualTo(path("seg-2.dir") + " at 0: file is missing (expected: present)"));
  }

  @Test
  void everyDamagedPageIsNamedOnceAndByItsNumber() {
    int pageBytes = PageFormat.ID_PAGE_BYTES + TestKeys.SHARED.codec().pageOverheadBytes();
    flip(path("seg-1.ids"), FileHeader.BYTES + pageBytes + 500);
    flip(path("seg-1.ids"), FileHeader.BYTES + 3 * pageBytes + 500);

    var damages = verify().damages();

    assertThat(damages).hasSize(2);
    assertThat(damages.getFirst().page()).hasValue(1);
    assertThat(damages.getFirst().offset()).isEqualTo(FileHeader.BYTES + pageBytes + 28);
    assertThat(damages.getLast().page()).hasValue(3);
  }

  /// What is open does not read them again: a restart would be the first to find out.
  @Test
  void liveManifestAndItsPointerThatRotUnderAnOpenStoreAreNamed() {
    String manifest =
        storage.files().stream()
            .filter(path -> path.contains("manifest-"))
            .findFirst()
            .orElseThrow();
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      flip(manifest, 50);
      flip("CURRENT", 30);

      assertThat(shard.store.verify().damages())
          .extracting(Damage::file)
          .containsExactlyInAnyOrder(manifest, "CURRENT");
      long collection = shard.view().collections().getFirst().id();
      assertThat(shard.store.verify(collection).isIntact()).isFalse();
      // Else it would be closed with a checkpoint, and these be replaced.
      flip(manifest, 50);
      flip("CURRENT", 30);
      assertThat(shard.store.verify().isIntact()).isTrue();
    }
  }

  @Test
  void anyByteOfTheLiveManifestAndItsPointerThatRotsIsNamed() {
    String manifest =
        storage.files().stream()
            .filter(path -> path.contains("manifest-"))
            .findFirst()
            .orElseThrow();
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      for (var path : List.of(manifest, "CURRENT")) {
        for (int offset = 0; offset < storage.content(path).length; offset++) {
          flip(path, offset);

          assertThat(shard.store.verify().damages())
              .as("%s at %d", path, offset)
              .extracting(Damage::file)
              .containsExactly(path);

          flip(path, offset);
        }
      }
    }
  }

  @Test
  void manifestThatCannotBeReadIsNamed() {
    String manifest =
        storage.files().stream()
            .filter(path -> path.contains("manifest-"))
            .findFirst()
            .orElseThrow();
    flip(manifest, 50);

    var verification = verify();

    assertThat(verification.damages()).extracting(Damage::file).containsExactly(manifest);
    assertThat(verification.isIntact()).isFalse();
  }

  @Test
  void openStoreNamesDamageAndStaysInUse() {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      flip(path("seg-2.vec"), 40);

      assertThat(shard.store.verify().damages())
          .extracting(Damage::file)
          .containsExactly(path("seg-2.vec"));

      shard.upsert(point("later", 3));
      assertThat(shard.ids()).contains("later");
    }
  }

  private Verification verify() {
    return Store.verify(
        storage, StoreOptions.standard(), TestKeys.SHARED.keyRing(), RequestWindow.BYTES_MAX);
  }

  private String path(String name) {
    List<String> found =
        storage.files().stream().filter(path -> path.contains("/" + name)).toList();
    return found.isEmpty() ? "gen-1/collections/7/" + name : found.getFirst();
  }

  private void flip(String path, int offset) {
    byte[] content = Arrays.copyOf(storage.content(path), storage.content(path).length);
    content[offset] ^= 1;
    storage.overwrite(path, content);
  }
}
