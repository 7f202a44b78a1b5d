package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start finds after a crash at each step of a replacement, and what it makes of it.
class StoreReplacementTest {
  @TempDir Path shards;

  @Test
  void crashBeforeTheFirstRenameLeavesTheOldStore() throws IOException {
    store("0", "old");
    store("0.new", "new, half of it");

    StoreReplacement.finish(shards.resolve("0"));

    assertThat(there()).containsExactly("0");
    assertThat(content()).isEqualTo("old");
  }

  @Test
  void crashBetweenTheRenamesIsMadeUpForByTheSecond() throws IOException {
    store("0.damaged", "old");
    store("0.new", "new");

    StoreReplacement.finish(shards.resolve("0"));

    assertThat(there()).containsExactly("0");
    assertThat(content()).isEqualTo("new");
  }

  @Test
  void crashAfterTheRenamesLeavesTheNewStore() throws IOException {
    store("0", "new");
    store("0.damaged", "old");

    StoreReplacement.finish(shards.resolve("0"));

    assertThat(there()).containsExactly("0");
    assertThat(content()).isEqualTo("new");
  }

  @Test
  void onlyCopyIsNotDeleted() throws IOException {
    store("0.damaged", "old");

    StoreReplacement.finish(shards.resolve("0"));

    assertThat(there()).containsExactly("0.damaged");
  }

  @Test
  void nothingIsMadeWhereThereIsNothing() throws IOException {
    StoreReplacement.finish(shards.resolve("0"));

    assertThat(there()).isEmpty();
  }

  private void store(String name, String content) throws IOException {
    var directory = Files.createDirectories(shards.resolve(name).resolve("gen-1"));
    Files.writeString(directory.resolve("file"), content);
  }

  private String content() throws IOException {
    return Files.readString(shards.resolve("0").resolve("gen-1").resolve("file"));
  }

  private List<String> there() {
    try (var paths = Files.list(shards)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
