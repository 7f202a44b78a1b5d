package io.quiverdb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderTest {
  @Test
  void linkedFilesOutliveTheNamesTheyWereLinkedFrom(@TempDir Path directory) throws Exception {
    var from = directory.resolve("from");
    Files.createDirectories(from.resolve("below"));
    Files.writeString(from.resolve("below/file"), "content");

    Folder.link(from, directory.resolve("to"));
    Files.delete(from.resolve("below/file"));

    assertThat(directory.resolve("to/below/file")).hasContent("content");
  }

  @Test
  void folderIsGoneWhenItIsClosed(@TempDir Path directory) throws Exception {
    var folder = Folder.in(directory);
    Files.createDirectories(folder.path().resolve("below"));
    Files.writeString(folder.path().resolve("below/file"), "content");

    folder.close();

    assertThat(directory).isEmptyDirectory();
  }
}
