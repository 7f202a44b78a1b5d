package io.quiverdb.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.StoreLockedException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every [Storage] does.
public abstract class StorageContract {
  /// An empty one.
  protected abstract Storage storage();

  @Test
  void fileHoldsWhatWasAppended() throws IOException {
    var storage = storage();

    try (var file = storage.create("file")) {
      file.append(utf8("one "));
      file.append(utf8("two"));
      file.sync();
      assertThat(file.length()).isEqualTo(7);
    }

    var file = storage.open("file");
    assertThat(file.path()).isEqualTo("file");
    assertThat(file.length()).isEqualTo(7);
    assertThat(read(storage, "file")).isEqualTo("one two");
    assertThat(file.bytes().isReadOnly()).isTrue();
    var part = file.bytes(4, 2);
    assertThat(part.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(new byte[] {'t', 'w'});
    assertThat(part.isReadOnly()).isTrue();
  }

  @Test
  void appendTakesWhatRemainsOfABuffer() throws IOException {
    var storage = storage();
    var buffer = utf8("abcdef").position(2).limit(4);

    try (var file = storage.create("file")) {
      file.append(buffer);
    }

    assertThat(read(storage, "file")).isEqualTo("cd");
    assertThat(buffer.hasRemaining()).isFalse();
  }

  @Test
  void emptyFileIsRead() throws IOException {
    var storage = storage();

    storage.create("file").close();

    assertThat(storage.open("file").bytes().byteSize()).isZero();
  }

  @Test
  void createRefusesANameInUse() throws IOException {
    var storage = storage();
    write(storage, "file", "old");

    assertThatThrownBy(() -> storage.create("file")).isInstanceOf(FileAlreadyExistsException.class);

    assertThat(read(storage, "file")).isEqualTo("old");
  }

  @Test
  void createNeedsADirectory() {
    var storage = storage();

    assertThatThrownBy(() -> storage.create("nowhere/file"))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void openRefusesWhatIsAbsent() {
    var storage = storage();

    assertThatThrownBy(() -> storage.open("file")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void directoriesAreCreatedWithThoseAboveThem() throws IOException {
    var storage = storage();

    storage.createDirectories("a/b/c");
    storage.createDirectories("a/b");
    write(storage, "a/b/c/file", "x");

    assertThat(storage.exists("a/b/c")).isTrue();
    assertThat(storage.list("")).containsExactly("a");
    assertThat(storage.list("a/b")).containsExactly("c");
    assertThat(storage.list("a/b/c")).containsExactly("file");
    assertThat(storage.list("a/nowhere")).isEmpty();
  }

  @Test
  void renameReplaces() throws IOException {
    var storage = storage();
    write(storage, "old", "old content");
    write(storage, "new", "new content");

    storage.rename("new", "old");

    assertThat(read(storage, "old")).isEqualTo("new content");
    assertThat(storage.exists("new")).isFalse();
  }

  @Test
  void renameRefusesWhatIsAbsent() {
    var storage = storage();

    assertThatThrownBy(() -> storage.rename("file", "other"))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void linkedFileIsThereUntilBothNamesAreDeleted() throws IOException {
    var storage = storage();
    storage.createDirectories("links");
    write(storage, "file", "x");

    storage.link("file", "links/other");

    assertThat(read(storage, "links/other")).isEqualTo("x");
    storage.delete("file");
    assertThat(storage.exists("file")).isFalse();
    assertThat(read(storage, "links/other")).isEqualTo("x");
    storage.delete("links/other");
    assertThat(storage.list("links")).isEmpty();
  }

  @Test
  void linkRefusesWhatIsAbsentAndANameInUse() throws IOException {
    var storage = storage();
    write(storage, "file", "x");
    write(storage, "other", "y");

    assertThatThrownBy(() -> storage.link("nowhere", "link"))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.link("file", "other"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> storage.link("file", "nowhere/link"))
        .isInstanceOf(NoSuchFileException.class);

    assertThat(read(storage, "other")).isEqualTo("y");
  }

  @Test
  void adoptedFileIsThereWhateverBecomesOfTheNameThatItHad(@TempDir Path outside)
      throws IOException {
    var storage = storage();
    storage.createDirectories("directory");
    Path file = Files.writeString(outside.resolve("file"), "x");

    assertThat(storage.adopt(file, "directory/adopted")).isTrue();

    Files.delete(file);
    assertThat(read(storage, "directory/adopted")).isEqualTo("x");
  }

  @Test
  void adoptionRefusesWhatIsAbsentAndANameInUse(@TempDir Path outside) throws IOException {
    var storage = storage();
    write(storage, "other", "y");
    Path file = Files.writeString(outside.resolve("file"), "x");

    assertThatThrownBy(() -> storage.adopt(outside.resolve("nowhere"), "adopted"))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.adopt(file, "other"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> storage.adopt(file, "nowhere/adopted"))
        .isInstanceOf(NoSuchFileException.class);

    assertThat(read(storage, "other")).isEqualTo("y");
  }

  @Test
  void deletedFileStaysReadableForThoseWhoOpenedIt() throws IOException {
    var storage = storage();
    write(storage, "file", "x");
    var file = storage.open("file");

    storage.delete("file");

    assertThat(storage.exists("file")).isFalse();
    assertThat(file.bytes().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'x');
  }

  @Test
  void deleteRefusesWhatIsAbsentOrInUse() throws IOException {
    var storage = storage();
    storage.createDirectories("directory");
    write(storage, "directory/file", "x");

    assertThatThrownBy(() -> storage.delete("file")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.delete("directory"))
        .isInstanceOf(DirectoryNotEmptyException.class);

    storage.delete("directory/file");
    storage.delete("directory");
    assertThat(storage.exists("directory")).isFalse();
  }

  @Test
  void truncateCutsTheEndOff() throws IOException {
    var storage = storage();
    write(storage, "file", "abcdef");

    storage.truncate("file", 2);
    storage.sync("file");

    assertThat(read(storage, "file")).isEqualTo("ab");
    assertThat(storage.open("file").length()).isEqualTo(2);
  }

  @Test
  void syncOfAFileLeavesItAsItIs() throws IOException {
    var storage = storage();
    write(storage, "file", "abc");

    storage.sync("file");

    assertThat(read(storage, "file")).isEqualTo("abc");
  }

  @Test
  void syncRefusesWhatIsAbsent() {
    var storage = storage();

    assertThatThrownBy(() -> storage.sync("file")).isInstanceOf(IOException.class);
  }

  @Test
  void interruptedThreadWritesAndStaysInterrupted() throws IOException {
    var storage = storage();

    Thread.currentThread().interrupt();
    try {
      write(storage, "file", "x");
      storage.syncDirectory("");
      assertThat(read(storage, "file")).isEqualTo("x");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void syncOfADirectoryThatIsThereSucceeds() throws IOException {
    var storage = storage();
    storage.createDirectories("directory");

    storage.syncDirectory("directory");
    storage.syncDirectory("");

    assertThatThrownBy(() -> storage.syncDirectory("nowhere")).isInstanceOf(IOException.class);
  }

  @Test
  void secondLockIsRefusedUntilTheFirstIsClosed() throws IOException {
    var storage = storage();
    var lock = storage.lock("LOCK");

    assertThatThrownBy(() -> storage.lock("LOCK"))
        .isInstanceOf(StoreLockedException.class)
        .hasMessageContaining("this process");
    // The refused attempt has not loosened it.
    assertThatThrownBy(() -> storage.lock("LOCK")).isInstanceOf(StoreLockedException.class);

    lock.close();
    storage.lock("LOCK").close();
  }

  static void write(Storage storage, String path, String content) throws IOException {
    try (var file = storage.create(path)) {
      file.append(utf8(content));
      file.sync();
    }
  }

  static String read(Storage storage, String path) throws IOException {
    return new String(
        storage.open(path).bytes().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
