package io.quiverdb.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
  @TempDir private Path folder;
  private final AtomicInteger forced = new AtomicInteger();

  private LogDirectory directory() {
    return new LogDirectory(
        folder,
        it -> {
          assertThat(it).isEqualTo(folder);
          forced.incrementAndGet();
        });
  }

  @Test
  void isForcedOnceForTheEntriesOfASegment() throws IOException {
    Files.createFile(folder.resolve("log_inprogress_0"));
    try (var directory = directory()) {
      directory.beforeEntries();
      directory.beforeEntries();
      directory.beforeEntries();
    }
    assertThat(forced).hasValue(1);
  }

  @Test
  void isForcedForASegmentThatFollows() throws IOException {
    Path first = Files.createFile(folder.resolve("log_inprogress_0"));
    try (var directory = directory()) {
      directory.beforeEntries();
      Files.move(first, folder.resolve("log_0-9"));
      Files.createFile(folder.resolve("log_inprogress_10"));
      directory.beforeEntries();
      directory.beforeEntries();
    }
    assertThat(forced).hasValue(2);
  }

  /// As where a follower takes back all entries of its newest segment.
  @Test
  void isForcedForASegmentThatWasMadeAnewUnderItsName() throws IOException {
    Path segment = Files.createFile(folder.resolve("log_inprogress_7"));
    try (var directory = directory()) {
      directory.beforeEntries();
      for (int again = 0; again < 20; again++) {
        Files.delete(segment);
        Files.createFile(segment);
        directory.beforeEntries();
        directory.beforeEntries();
      }
    }
    assertThat(forced).hasValue(21);
  }

  @Test
  void isForcedEachTimeWithoutASegmentThatIsOpen() throws IOException {
    try (var directory = directory()) {
      directory.beforeEntries();
      directory.beforeEntries();
    }
    assertThat(forced).hasValue(2);
  }

  @Test
  void isForcedAgainAfterAFailure() throws IOException {
    Files.createFile(folder.resolve("log_inprogress_0"));
    try (var directory =
        new LogDirectory(
            folder,
            _ -> {
              if (forced.incrementAndGet() == 1) {
                throw new IOException("disk");
              }
            })) {
      assertThatThrownBy(directory::beforeEntries).hasMessage("disk");
      directory.beforeEntries();
    }
    assertThat(forced).hasValue(2);
  }

  @Test
  void holdsNoFileOnceClosed() throws IOException {
    Files.createFile(folder.resolve("log_inprogress_0"));
    var directory = directory();
    directory.beforeEntries();
    directory.close();
    directory.beforeEntries();

    assertThat(openFiles()).noneMatch(file -> file.startsWith(folder));
  }

  private static List<Path> openFiles() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return List.of();
    }
    var open = new ArrayList<Path>();
    try (var names = Files.newDirectoryStream(descriptors)) {
      for (Path name : names) {
        try {
          open.add(Files.readSymbolicLink(name));
        } catch (IOException _) {
          // Closed meanwhile.
        }
      }
    }
    return open;
  }
}
