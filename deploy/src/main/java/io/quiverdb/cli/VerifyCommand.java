package io.quiverdb.cli;

import io.quiverdb.node.OfflineData;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver verify`
@Command(
    name = "verify",
    description = {
      "Reads every file of a store, or of all stores of a node, and names what is wrong: page by"
          + " page, row by row. Changes nothing. The node or program is not running.",
      "Ends with 1 if anything is wrong."
    },
    footer = {"", "Example:", "  quiver verify ./quiver-data"})
final class VerifyCommand implements Callable<Integer> {
  @Mixin private Output output = new Output();

  @Parameters(paramLabel = "DIR", description = "A store's directory, or a node's data directory.")
  private Path directory = Path.of("");

  @Option(
      names = "--master-key-file",
      paramLabel = "FILE",
      description =
          "The key that the data is encrypted under (QUIVER_MASTER_KEY, or quiver-master.key beside"
              + " DIR).")
  private Optional<Path> masterKeyFile = Optional.empty();

  @Override
  public Integer call() throws Exception {
    var findings = OfflineData.verify(directory, masterKeyFile);
    boolean intact = findings.stream().allMatch(OfflineData.Findings::isIntact);
    OfflineReport.print(
        output, findings, intact, intact ? "all files are intact" : "NOT all files are intact");
    return intact ? ExitCode.GOOD : ExitCode.NEGATIVE;
  }
}
