package io.quiverdb.jepsen.cli;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.client.QuiverException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/// `deploy/jepsen/run`
@Command(
    name = "run",
    description = "Runs clusters of Quiver under faults and judges what their clients saw.",
    subcommands = {TestCommand.class, SuiteCommand.class, CheckCommand.class, MutantsCommand.class},
    footer = {
      "",
      "Ends with 0 if all that is promised holds, 1 if not, 2 if that could not be found out, 3 if"
          + " the run shows too little (too few operations or faults, or a fault that cannot be"
          + " made here), 64 for a call that makes no sense or an unreadable file, 70 if the run"
          + " itself failed."
    })
public final class JepsenCommand {
  static final int USAGE = 64;
  private static final int FAILED = 70;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new JepsenCommand())
        .setParameterExceptionHandler(JepsenCommand::refuse)
        .setExecutionExceptionHandler(JepsenCommand::fail)
        .setUsageHelpAutoWidth(true);
  }

  private static int refuse(ParameterException failure, String[] arguments) {
    failure.getCommandLine().getErr().println("run: " + failure.getMessage());
    return USAGE;
  }

  /// What the surroundings are to blame for is told in a line; anything else with where it
  /// happened, for it is our fault.
  private static int fail(Exception failure, CommandLine command, ParseResult result) {
    switch (failure) {
      case LocalClusterException _, QuiverException _ ->
          command.getErr().println("run: " + failure.getMessage());
      case IOException _ -> command.getErr().println("run: " + failure);
      default -> failure.printStackTrace(command.getErr());
    }
    return FAILED;
  }
}
