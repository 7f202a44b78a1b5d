package io.quiverdb.cli;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.cli.local.StartTraining;
import io.quiverdb.client.QuiverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `quiver aot-cache`
@Command(
    name = "aot-cache",
    description = {
      "Makes nodes of this installation start faster: runs one for a trial, and keeps what the JVM"
          + " had to load, link and compile for it in lib/quiver.aot (100 MB).",
      "'quiver serve' uses the file where it is of the same JDK and the same libraries, and starts"
          + " without it otherwise. It holds classes, and nothing of anybody's data."
    },
    footer = {"", "Example:", "  quiver aot-cache"})
final class AotCacheCommand implements Callable<Integer> {
  @Mixin private final Output output = new Output();

  @Override
  public Integer call() throws IOException, InterruptedException {
    var libraries = libraries();
    var cache = libraries.resolve("quiver.aot");
    var made = libraries.resolve("quiver.aot.new");
    try {
      StartTraining.run(ServeCommand.line(), made);
      Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE);
    } catch (LocalClusterException | QuiverException e) {
      throw new CommandFailedException(ExitCode.NEGATIVE, String.valueOf(e.getMessage()), e);
    } finally {
      Files.deleteIfExists(made);
    }
    print(cache);
    return ExitCode.GOOD;
  }

  /// Of the distribution that we run from.
  private static Path libraries() {
    var launcher = System.getProperty(ServeCommand.LAUNCHER);
    if (launcher == null) {
      throw new CommandFailedException(
          ExitCode.USAGE, "no distribution (expected: to be run by its bin/quiver)");
    }
    var libraries = Path.of(launcher).resolveSibling("../lib").normalize();
    if (!Files.isWritable(libraries)) {
      throw new CommandFailedException(
          ExitCode.NEGATIVE,
          libraries + ": not writable (expected: to be run by who installed it)");
    }
    return libraries;
  }

  private void print(Path cache) throws IOException {
    long bytes = Files.size(cache);
    if (output.isJson()) {
      output.print(
          json -> {
            json.writeStartObject();
            json.writeStringField("file", cache.toString());
            json.writeNumberField("bytes", bytes);
            json.writeEndObject();
          });
    } else {
      output.print("%s: %,d bytes; the next nodes start with it".formatted(cache, bytes));
    }
  }
}
