package io.quiverdb.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SimulatedStorageTest extends StorageContract {
  private static final int SEEDS = 200;

  @Override
  protected Storage storage() {
    return new SimulatedStorage();
  }

  @Test
  void syncedFileInSyncedDirectorySurvivesWhole() throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      var storage = new SimulatedStorage();
      write(storage, "file", "content");
      storage.syncDirectory("");

      var survivor = storage.afterCrash(new Random(seed));

      assertThat(read(survivor, "file")).isEqualTo("content");
    }
  }

  @Test
  void unsyncedBytesAreKeptLostOrTorn() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      var storage = new SimulatedStorage();
      var file = storage.create("file");
      file.append(utf8("abc"));
      file.sync();
      storage.syncDirectory("");
      file.append(utf8("de"));

      outcomes.add(read(storage.afterCrash(new Random(seed)), "file"));
    }

    assertThat(outcomes).containsExactlyInAnyOrder("abc", "abcd", "abcde", "abc\0", "abc\0\0");
  }

  @Test
  void unsyncedNamesAreKeptOrLost() throws IOException {
    Set<Set<String>> outcomes = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      var storage = new SimulatedStorage();
      write(storage, "deleted", "x");
      storage.syncDirectory("");
      storage.delete("deleted");
      write(storage, "created", "x");

      outcomes.add(Set.copyOf(storage.afterCrash(new Random(seed)).list("")));
    }

    assertThat(outcomes)
        .containsExactlyInAnyOrder(
            Set.of(), Set.of("deleted"), Set.of("created"), Set.of("deleted", "created"));
  }

  @Test
  void renameSurvivesWholeOrNotAtAll() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      var storage = new SimulatedStorage();
      write(storage, "file", "old");
      write(storage, "temporary", "new");
      storage.syncDirectory("");
      storage.rename("temporary", "file");

      var survivor = storage.afterCrash(new Random(seed));

      outcomes.add(read(survivor, "file") + " " + survivor.exists("temporary"));
    }

    assertThat(outcomes).containsExactlyInAnyOrder("old true", "new false");
  }

  @Test
  void directoryThatIsLostTakesItsFilesAlong() throws IOException {
    Set<Boolean> outcomes = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      var storage = new SimulatedStorage();
      storage.createDirectories("directory");
      write(storage, "directory/file", "x");
      storage.syncDirectory("directory");

      var survivor = storage.afterCrash(new Random(seed));

      outcomes.add(survivor.exists("directory"));
      assertThat(survivor.exists("directory/file")).isEqualTo(survivor.exists("directory"));
    }

    assertThat(outcomes).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void truncationIsKeptOrLostUntilTheFileIsSynced() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      var storage = new SimulatedStorage();
      write(storage, "file", "content");
      storage.syncDirectory("");
      storage.truncate("file", 3);

      outcomes.add(read(storage.afterCrash(new Random(seed)), "file"));
      storage = storage.afterKill();
      storage.sync("file");
      assertThat(read(storage.afterCrash(new Random(seed)), "file")).isEqualTo("con");
    }

    assertThat(outcomes).containsExactlyInAnyOrder("con", "content");
  }

  @Test
  void whatAKilledProcessWroteIsReadAndYetLostWithThePower() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      var killed = new SimulatedStorage();
      write(killed, "file", "a");
      killed.syncDirectory("");
      killed.create("other").append(utf8("b"));

      var storage = killed.afterKill();
      assertThat(read(storage, "other")).isEqualTo("b");
      outcomes.add(String.join(",", storage.afterCrash(new Random(seed)).files()));
    }

    assertThat(outcomes).containsExactlyInAnyOrder("file", "file,other");
  }

  @Test
  void crashAtACallStopsThatOneAndAllAfterIt() throws IOException {
    var storage = new SimulatedStorage();
    write(storage, "file", "x");
    storage.crashAt(2);

    assertThat(storage.exists("file")).isTrue();
    assertThatThrownBy(() -> storage.delete("file")).isInstanceOf(CrashedException.class);
    assertThatThrownBy(() -> storage.exists("file")).isInstanceOf(CrashedException.class);
    assertThat(storage.crashed()).isTrue();
  }

  @Test
  void failureAtACallIsThatCallsAlone() throws IOException {
    var storage = new SimulatedStorage();
    storage.failAt(1);

    assertThatThrownBy(() -> storage.create("file"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("call 1");

    write(storage, "file", "x");
    assertThat(storage.calls()).isEqualTo(4);
  }

  @Test
  void syncIsRefusedAfterItFailed() throws IOException {
    var storage = new SimulatedStorage();
    var file = storage.create("file");
    file.append(utf8("x"));
    storage.failAt(1);

    assertThatThrownBy(file::sync).hasMessageContaining("simulated failure");
    assertThatThrownBy(file::sync).hasMessageContaining("failed before");
  }

  @Test
  void sameSeedGivesTheSameSurvivor() throws IOException {
    var storage = new SimulatedStorage();
    storage.create("one").append(utf8("a".repeat(5000)));
    storage.create("two").append(utf8("b".repeat(5000)));

    var first = storage.afterCrash(new Random(7));
    var second = storage.afterCrash(new Random(7));

    assertThat(first.files()).isEqualTo(second.files());
    for (var path : first.files()) {
      assertThat(first.content(path)).isEqualTo(second.content(path));
    }
  }
}
