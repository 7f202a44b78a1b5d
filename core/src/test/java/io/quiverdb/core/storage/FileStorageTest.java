package io.quiverdb.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.StoreLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStorageTest extends StorageContract {
  @TempDir private Path directory;

  @Override
  protected Storage storage() {
    return FileStorage.at(directory);
  }

  @Test
  void lockIsHeldForThisJvmWhicheverWayTheDirectoryIsNamed() throws IOException {
    try (var _ = FileStorage.at(directory).lock("LOCK")) {
      assertThatThrownBy(
              () -> FileStorage.at(directory.resolve("../" + directory.getFileName())).lock("LOCK"))
          .isInstanceOf(StoreLockedException.class);
    }
  }

  @Test
  void namesOfANewRootAndOfWhatIsMissingAboveItAreSynced() throws IOException {
    List<Path> synced = new ArrayList<>();
    Path above = directory.resolve("above");
    Path root = above.resolve("root");

    FileStorage.createRoot(root, synced::add);
    assertThat(root).isDirectory();
    assertThat(synced).containsExactly(directory, above);

    FileStorage.createRoot(root, synced::add);
    assertThat(synced).containsExactly(directory, above, above);
  }

  /// Running as root, a symbolic link to itself is the one thing that cannot be reached.
  @Test
  void whatCannotBeReachedIsNotTakenForAbsent() throws IOException {
    Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));

    assertThatThrownBy(() -> storage().exists("loop/file")).isInstanceOf(IOException.class);
  }

  @Test
  void lockOfAnotherProcessNamesItsPid() throws Exception {
    var holder = startLockHolder();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("locked");

      assertThatThrownBy(() -> storage().lock("LOCK"))
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining("locked by pid " + holder.pid());
    } finally {
      holder.destroyForcibly();
    }
    assertThat(holder.waitFor(2, TimeUnit.MINUTES)).isTrue();
    storage().lock("LOCK").close();
  }

  private Process startLockHolder() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            LockHolder.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /// Locks the directory of its first argument, says so, and waits to be killed.
  static final class LockHolder {
    public static void main(String[] arguments) throws Exception {
      try (var _ = FileStorage.at(Path.of(arguments[0])).lock("LOCK")) {
        System.out.println("locked");
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }

  @Test
  void whatCanHaveNoSecondNameIsLeftToBeCopied(@TempDir Path outside) throws IOException {
    var storage = FileStorage.at(directory);
    Path other = Files.createDirectory(outside.resolve("directory"));

    assertThat(storage.adopt(other, "adopted")).isFalse();

    assertThat(storage.exists("adopted")).isFalse();
  }
}
