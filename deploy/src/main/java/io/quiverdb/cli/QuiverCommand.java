package io.quiverdb.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// `quiver`, the one program of the distribution.
@Command(
    name = "quiver",
    description = "A vector store whose acknowledged writes survive.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = QuiverCommand.Version.class,
    footer = {
      "",
      "Ends with 0 if all is well, 1 for a negative answer (not found, replicas unequal, not"
          + " ready), 2 for a call that makes no sense, 3 if no node can be reached; 'serve' also"
          + " with 64 for a wrong configuration or a port in use, 73 for a data folder that is in"
          + " use or of another cluster, 74 if a disk fails.",
      "",
      "Example:",
      "  quiver demo --quick"
    })
final class QuiverCommand {
  /// In the order of the help.
  private static final List<Class<?>> COMMANDS =
      List.of(
          ServeCommand.class,
          ClusterCommand.class,
          StatusCommand.class,
          CollectionCommand.class,
          PointCommand.class,
          SearchCommand.class,
          ImportCommand.class,
          ExportCommand.class,
          KeyCommand.class,
          CertCommand.class,
          MasterKeyCommand.class,
          VerifyCommand.class,
          SalvageCommand.class,
          DoctorCommand.class,
          AotCacheCommand.class,
          DemoCommand.class);

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Shows the version.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean version;

  public static void main(String[] arguments) {
    if (arguments.length == 0 || !arguments[0].equals("serve")) {
      CommandLogging.quiet();
    }
    // Not in the platform's encoding: JSON is UTF-8, and so are terminals.
    var out = writer(FileDescriptor.out);
    var err = writer(FileDescriptor.err);
    int exitCode = commandLine(arguments).setOut(out).setErr(err).execute(arguments);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /// With the command that is called; with all of them, if none is. To look at every option of all
  /// takes a fifth of what a start of a node computes.
  static CommandLine commandLine(String... arguments) {
    var called =
        Stream.of(arguments)
            .limit(1)
            .flatMap(name -> COMMANDS.stream().filter(command -> name(command).equals(name)))
            .toList();
    var line = new CommandLine(new QuiverCommand());
    for (Class<?> command : called.isEmpty() ? COMMANDS : called) {
      line.addSubcommand(command);
    }
    var failures = new FailureReport();
    return line.setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures)
        .setAbbreviatedOptionsAllowed(false)
        .setUsageHelpAutoWidth(true);
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"quiver " + implementationVersion()};
    }
  }

  /// As the jar's manifest has it.
  private static String implementationVersion() {
    var version = QuiverCommand.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
