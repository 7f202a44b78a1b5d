package io.quiverdb.bench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Takes files out of the system's page cache, by `dd` (GNU coreutils), which asks for it with
/// `posix_fadvise`. Pages that are mapped stay.
final class PageEviction {
  private PageEviction() {}

  /// @param folder with all files below it
  static void evict(Path folder) throws IOException, InterruptedException {
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        evictFile(file);
      }
    }
  }

  private static void evictFile(Path file) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException("dd: exit " + exit + " for " + file);
    }
  }
}
