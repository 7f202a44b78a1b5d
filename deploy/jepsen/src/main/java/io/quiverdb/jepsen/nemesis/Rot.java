package io.quiverdb.jepsen.nemesis;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// One bit of one file that is not any more what was written.
///
/// @param file what rots, if there is such a file
/// @param place in the file, as a share of its length
/// @param bit of the byte there
record Rot(Optional<Path> file, double place, int bit) {
  /// @param name what the whole path of the file must look like
  static Rot among(Path folder, Pattern name, RandomGenerator random) {
    var files = files(folder, name);
    Optional<Path> victim =
        files.isEmpty() ? Optional.empty() : Optional.of(files.get(random.nextInt(files.size())));
    return new Rot(victim, random.nextDouble(), random.nextInt(Byte.SIZE));
  }

  private static List<Path> files(Path folder, Pattern name) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var paths = Files.walk(folder)) {
      return paths.filter(path -> name.matcher(path.toString()).matches()).sorted().toList();
    } catch (IOException | UncheckedIOException _) {
      // A folder went away while it was walked.
      return List.of();
    }
  }

  /// Flips the bit. A file that was deleted meanwhile stays so.
  void strike() throws IOException {
    if (file.isPresent() && Files.exists(file.get())) {
      flip(file.get());
    }
  }

  private void flip(Path path) throws IOException {
    try (var open = new RandomAccessFile(path.toFile(), "rw")) {
      long offset = (long) (place * open.length());
      open.seek(offset);
      int value = open.read();
      if (value >= 0) {
        open.seek(offset);
        open.write(value ^ 1 << bit);
      }
    }
  }

  /// For the history.
  String sentence() {
    return file.map(path -> "%s at %.4f of its length".formatted(path.getFileName(), place))
        .orElse("there is no such file yet");
  }
}
