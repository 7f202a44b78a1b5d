package io.quiverdb.cli;

import io.quiverdb.node.OfflineData;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver salvage`
@Command(
    name = "salvage",
    description = {
      "Makes new stores of what can still be read of damaged ones, and says what is left out. The"
          + " old ones stay as they are. The node or program is not running.",
      "Of a store that a program embeds, the log is applied too. A node's log is not looked at:"
          + " what came after a shard's last checkpoint is left out. Where a replica is sound, take"
          + " that instead.",
      "Ends with 1 if anything was damaged."
    },
    footer = {"", "Example:", "  quiver salvage ./quiver-data --to ./rescued"})
final class SalvageCommand implements Callable<Integer> {
  @Mixin private Output output = new Output();

  @Parameters(paramLabel = "DIR", description = "A store's directory, or a node's data directory.")
  private Path directory = Path.of("");

  @Option(
      names = "--to",
      required = true,
      paramLabel = "TARGET",
      description = "Where the new stores go; there is none yet.")
  private Path target = Path.of("");

  @Option(
      names = "--master-key-file",
      paramLabel = "FILE",
      description =
          "The key that the data is encrypted under (QUIVER_MASTER_KEY, or quiver-master.key beside"
              + " DIR).")
  private Optional<Path> masterKeyFile = Optional.empty();

  @Override
  public Integer call() throws Exception {
    var findings = OfflineData.salvage(directory, target, masterKeyFile);
    boolean complete = findings.stream().allMatch(OfflineData.Findings::isIntact);
    OfflineReport.print(
        output,
        findings,
        complete,
        complete ? "nothing was left out" : "what was damaged is named above");
    return complete ? ExitCode.GOOD : ExitCode.NEGATIVE;
  }
}
