package io.quiverdb.core.faultfs.agent;

import java.io.File;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;

/// Puts a [FaultyDisk] under the JVM that it is loaded into. Its argument is the tree and the
/// folder of the journal, as in a class path.
public final class FaultFsAgent {
  private FaultFsAgent() {}

  public static void premain(String argument, Instrumentation instrumentation) throws Exception {
    int separator = argument.indexOf(File.pathSeparatorChar);
    if (separator < 0) {
      throw new IllegalArgumentException(
          "argument: %s (expected: TREE%sJOURNAL)".formatted(argument, File.pathSeparator));
    }
    Path root = realDirectory(Path.of(argument.substring(0, separator)));
    Path journal = realDirectory(Path.of(argument.substring(separator + 1)));
    DescriptorNumbers.openTo(instrumentation);
    IoHooks.install(FaultyDisk.open(root, journal));
    Weaver.weave(instrumentation);
  }

  private static Path realDirectory(Path path) throws IOException {
    return Files.createDirectories(path).toRealPath();
  }
}
