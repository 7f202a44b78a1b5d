package io.quiverdb.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ManifestStoreTest {
  private final SimulatedStorage storage = new SimulatedStorage();

  @Test
  void newStoreHasNoManifestAndTouchesNothing() throws IOException {
    var manifests = PublishedStore.open(storage).manifests();

    assertThat(manifests.live()).isEmpty();
    assertThat(manifests.readWindow()).isEmpty();
    assertThat(manifests.garbage()).isEmpty();
    assertThat(storage.files()).isEmpty();
  }

  @Test
  void publishedStateIsFoundAgainOnARealDisk(@TempDir Path directory) throws IOException {
    var onDisk = FileStorage.at(directory);
    var store = PublishedStore.open(onDisk);
    store.advance();
    store.advance();

    var reopened = PublishedStore.open(onDisk);

    assertThat(reopened.manifests().live()).isEqualTo(store.manifests().live());
    reopened.assertIntact();
  }

  @Test
  void manifestNamesItsPredecessorByHash() throws IOException {
    var store = PublishedStore.open(storage);
    store.advance();
    var firstSha256 = UncheckedManifest.sha256(storage.content(manifestPath()));

    store.advance();

    var live = store.manifests().live().orElseThrow();
    assertThat(live.getVersion()).isEqualTo(2);
    assertThat(live.getPreviousSha256()).isEqualTo(firstSha256);
  }

  @Test
  void changeLeavesAllElseAsItWas() throws IOException {
    PublishedStore.open(storage).advance();
    var manifests = PublishedStore.open(storage).manifests();
    var before = manifests.live().orElseThrow();

    var after = manifests.publish(manifests.generation(), next -> next.setEpoch(7)).orElseThrow();

    assertThat(after.getEpoch()).isEqualTo(7);
    assertThat(after.getCollectionsList()).isEqualTo(before.getCollectionsList());
    assertThat(after.getPosition()).isEqualTo(before.getPosition());
    assertThat(after.getWindow()).isEqualTo(before.getWindow());
    assertThat(PublishedStore.open(storage).manifests().live()).contains(after);
  }

  @Test
  void changeMadeForAnotherGenerationIsNotPublished() throws IOException {
    PublishedStore.open(storage).advance();
    var manifests = PublishedStore.open(storage).manifests();
    long calls = storage.calls();

    var published = manifests.publish(manifests.generation() + 1, _ -> fail("asked"));

    assertThat(published).isEmpty();
    assertThat(storage.calls()).isEqualTo(calls);
  }

  @Test
  void whatIsNotNeededIsDeletedAndNothingElse() throws IOException {
    var store = PublishedStore.open(storage);
    store.advance();
    store.advance();
    storage.create("gen-1/notes.txt").close();
    storage.create("gen-1/collections/notes.txt").close();
    storage.create("gen-1/collections/5/seg-1.vec.bak").close();
    storage.createDirectories("gen-1/collections/6");
    storage.create("gen-1/collections/6/seg-9.vec").close();
    storage.create("gen-1/window-9").close();

    assertThat(store.manifests().garbage())
        .containsExactlyInAnyOrder("gen-1/collections/6/seg-9.vec", "gen-1/window-9");
    assertThat(store.manifests().deleteGarbage()).isEqualTo(2);

    assertThat(store.manifests().garbage()).isEmpty();
    assertThat(storage.exists("gen-1/collections/6")).isFalse();
    assertThat(storage.files())
        .contains(
            "gen-1/notes.txt", "gen-1/collections/notes.txt", "gen-1/collections/5/seg-1.vec.bak")
        .filteredOn(name -> name.matches("gen-1/(manifest|window).*|.*/del-.*"))
        .satisfiesExactlyInAnyOrder(
            name -> assertThat(name).startsWith("gen-1/manifest-2-"),
            name -> assertThat(name).isEqualTo("gen-1/window-2"),
            name -> assertThat(name).isEqualTo("gen-1/collections/5/del-1-2"));
  }

  @Test
  void leftoversNamesAreSkipped() throws IOException {
    PublishedStore.open(storage).advance();
    storage.create("gen-1/collections/5/seg-7.vec").close();
    storage.create("gen-1/collections/5/del-1-11").close();

    var manifests = PublishedStore.open(storage).manifests();

    assertThat(manifests.nextVersion()).isEqualTo(12);
    assertThat(manifests.drawSegmentId()).isEqualTo(8);
    assertThat(manifests.drawSegmentId()).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CURRENT", "gen-1/manifest", "gen-1/window"})
  void everyFlippedByteIsNoticed(String prefix) throws IOException {
    var random = new Random(Seed.draw());
    PublishedStore.open(storage).advance();
    String path = path(prefix);
    byte[] content = storage.content(path);

    for (int offset = 0; offset < content.length; offset++) {
      var damaged = content.clone();
      damaged[offset] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      storage.overwrite(path, damaged);

      assertRefusedBecauseOf(path);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CURRENT", "gen-1/manifest", "gen-1/window"})
  void everyOtherLengthIsNoticed(String prefix) throws IOException {
    PublishedStore.open(storage).advance();
    String path = path(prefix);
    byte[] content = storage.content(path);

    for (int length = 0; length <= content.length + 1; length++) {
      if (length != content.length) {
        storage.overwrite(path, Arrays.copyOf(content, length));

        assertRefusedBecauseOf(path);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CURRENT", "gen-1/manifest", "gen-1/window"})
  void missingFileIsNoticed(String prefix) throws IOException {
    var store = PublishedStore.open(storage);
    store.advance();
    store.advance();
    String path = path(prefix);

    storage.delete(path);

    assertRefusedBecauseOf(path);
  }

  @ParameterizedTest
  @CsvSource({"CURRENT, 8", "gen-1/manifest, 4"})
  void damagedFormatVersionIsDamage(String prefix, int offset) throws IOException {
    PublishedStore.open(storage).advance();
    String path = path(prefix);
    byte[] content = storage.content(path);
    content[offset]++;
    storage.overwrite(path, content);

    assertThatThrownBy(() -> PublishedStore.open(storage))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(path + " at " + offset + ": format version is 2 (expected: 1)");
  }

  @Test
  void olderManifestInTheLiveOnesPlaceIsNoticed() throws IOException {
    var store = PublishedStore.open(storage);
    store.advance();
    byte[] older = storage.content(manifestPath());
    store.advance();

    storage.overwrite(manifestPath(), older);

    assertRefusedBecauseOf(manifestPath());
  }

  @Test
  void leftoverOfACrashInTheFirstPublicationIsNoStore() throws IOException {
    PublishedStore.open(storage).advance();
    storage.delete("CURRENT");

    var store = PublishedStore.open(storage);

    assertThat(store.manifests().live()).isEmpty();
    store.advance();
    store.assertIntact();
  }

  @Test
  void formatsAreAsSpecified() {
    var current = new Current(1, 2, 3, 4, ByteString.copyFrom(new byte[32]));

    assertThat(CurrentFormat.encode(current))
        .hasSize(80)
        .asHexString()
        .startsWith(
            "5156435552524E54" // QVCURRNT
                + "01000000"
                + "0100000000000000"
                + "0200000000000000"
                + "0300000000000000"
                + "0400000000000000"
                + "00".repeat(32));
  }

  private void assertRefusedBecauseOf(String path) {
    assertThatThrownBy(() -> PublishedStore.open(storage).assertIntact())
        .isInstanceOfSatisfying(
            CorruptFileException.class, e -> assertThat(e.file()).isEqualTo(path));
  }

  private String manifestPath() {
    return path("gen-1/manifest");
  }

  private String path(String prefix) {
    return storage.files().stream()
        .filter(file -> file.startsWith(prefix))
        .findFirst()
        .orElseThrow();
  }
}
