package io.quiverdb.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodesFolderTest {
  @TempDir Path folder;

  @Test
  void temporaryFolderGoesAndANamedOneStays() throws Exception {
    var temporary = NodesFolder.create(Optional.empty());
    var named = NodesFolder.create(Optional.of(folder.resolve("a/b")));
    Files.writeString(Files.createDirectories(temporary.path().resolve("c")).resolve("d"), "");
    Files.writeString(named.path().resolve("d"), "");

    temporary.discard();
    named.discard();

    assertThat(temporary.path()).doesNotExist();
    assertThat(named.path().resolve("d")).exists();
  }
}
