package io.quiverdb.cli;

import io.quiverdb.cli.demo.Demo;
import io.quiverdb.cli.demo.DemoOptions;
import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.client.QuiverException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `quiver demo`
@Command(
    name = "demo",
    description = {
      "The main job on this machine: a cluster of three nodes, real data (the names of Unicode"
          + " characters), searches, and a leader killed with SIGKILL while writers are at work.",
      "Ends with 0 only if nothing acknowledged was lost and all replicas are equal."
    },
    footer = {
      "",
      "Examples:",
      "  quiver demo --quick",
      "  quiver demo --quick --join-fourth",
      "  quiver demo --seed 7 --json out.json --journal writes.jsonl --dir nodes --keep"
    })
final class DemoCommand implements Callable<Integer> {
  @Mixin private final Output output = new Output();

  @Option(names = "--quick", description = "Fewer writes; done within 90 s.")
  private boolean quick;

  @Option(
      names = "--join-fourth",
      description = "Has a fourth node join in the end, which is given its part of the replicas.")
  private boolean joinFourth;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Fixes what is written, which leader is killed and when (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Keeps the nodes' folders here; new or empty. A temporary folder if not said.")
  private Optional<Path> folder = Optional.empty();

  @Option(names = "--keep", description = "Leaves the cluster up, and says how to use and stop it.")
  private boolean keep;

  @Option(
      names = "--journal",
      paramLabel = "FILE",
      description =
          "Writes a line of JSON for each acknowledged point: id, digest (as of 'point get'),"
              + " shard, term, index.")
  private Optional<Path> journal = Optional.empty();

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON.")
  private Optional<Path> json = Optional.empty();

  @Override
  public Integer call() throws IOException, InterruptedException {
    var options =
        new DemoOptions(ServeCommand.line(), seed, quick, joinFourth, folder, keep, journal, json);
    try {
      // Where the answer is for programs, the story goes where it does not disturb.
      var story = output.isJson() ? output.err() : output.out();
      var outcome = new Demo(options, story, Output.isTerminal()).run();
      if (output.isJson()) {
        output.print(outcome.json().strip());
      }
      return outcome.good() ? ExitCode.GOOD : ExitCode.NEGATIVE;
    } catch (LocalClusterException | QuiverException e) {
      throw new CommandFailedException(ExitCode.NEGATIVE, String.valueOf(e.getMessage()), e);
    }
  }
}
