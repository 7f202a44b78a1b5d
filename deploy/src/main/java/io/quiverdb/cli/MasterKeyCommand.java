package io.quiverdb.cli;

import io.quiverdb.node.MasterKeyFiles;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver master-key`
@Command(
    name = "master-key",
    description = "Makes and changes the key under which data is encrypted.",
    footer = {"", "Example:", "  quiver master-key create ./quiver-master.key"})
final class MasterKeyCommand {
  @Command(
      description = {
        "Makes a master key in a new file that only its owner may read.",
        "Every node of a cluster needs the same: copy it, and keep a copy apart from the data. Who"
            + " loses it loses the data."
      },
      footer = {"", "Example:", "  quiver master-key create /etc/quiver/quiver-master.key"})
  int create(
      @Mixin Output output,
      @Parameters(
              paramLabel = "FILE",
              defaultValue = "quiver-master.key",
              description = "One that does not exist yet (${DEFAULT-VALUE}).")
          Path file) {
    String id = MasterKeyFiles.create(file);
    print(output, id, "master key " + id + " made in " + file);
    return ExitCode.GOOD;
  }

  @Command(
      description = {
        "Wraps the key of a data folder by another master key; its node is not running.",
        "A cluster in use changes its master key node by node instead: start each with the new one"
            + " as master-key-file and the old one as previous-master-key-file."
      },
      footer = {
        "",
        "Example:",
        "  quiver master-key rotate ./quiver-data --from old.key --to new.key"
      })
  int rotate(
      @Mixin Output output,
      @Parameters(paramLabel = "DIR", description = "The data folder of a node, or of a store.")
          Path directory,
      @Option(
              names = "--from",
              required = true,
              paramLabel = "FILE",
              description = "The present key.")
          Path from,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "FILE",
              description = "The key to come.")
          Path to) {
    String id = MasterKeyFiles.rotate(directory, from, to);
    print(output, id, directory + " is now under master key " + id);
    return ExitCode.GOOD;
  }

  private static void print(Output output, String id, String text) {
    if (output.isJson()) {
      output.print(
          json -> {
            json.writeStartObject();
            json.writeStringField("master_key", id);
            json.writeEndObject();
          });
    } else {
      output.print(text);
    }
  }
}
