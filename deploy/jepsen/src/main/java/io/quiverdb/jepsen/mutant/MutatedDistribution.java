package io.quiverdb.jepsen.mutant;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/// A copy of the distribution with a planted bug.
final class MutatedDistribution {
  private MutatedDistribution() {}

  /// @param original the folder with `bin` and `lib`
  /// @param folder a new one
  static void make(Path original, MutatedClasses classes, Path folder) throws IOException {
    copy(original, folder);
    for (var module : classes.foldersByModule().entrySet()) {
      try (var jar = FileSystems.newFileSystem(jar(folder.resolve("lib"), module.getKey()))) {
        copy(module.getValue(), jar.getPath("/"));
      }
    }
  }

  private static Path jar(Path libraries, String module) throws IOException {
    var name = Pattern.compile("quiver-" + module + "-\\d.*\\.jar");
    try (var files = Files.list(libraries)) {
      return files
          .filter(file -> name.matcher(file.getFileName().toString()).matches())
          .findFirst()
          .orElseThrow(
              () -> new MalformedMutantException(module + ": no such jar in " + libraries));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(counterpart(directory));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                file,
                counterpart(file),
                StandardCopyOption.COPY_ATTRIBUTES,
                StandardCopyOption.REPLACE_EXISTING);
            return FileVisitResult.CONTINUE;
          }

          // In the other file system, which may be that of a jar.
          private Path counterpart(Path path) {
            return to.resolve(from.relativize(path).toString());
          }
        });
  }
}
