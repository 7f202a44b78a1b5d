package io.quiverdb.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/// Keeps libraries quiet in commands: standard output is the answer, and standard error the one
/// line that says what was wrong. A node logs as [io.quiverdb.node.NodeProcess] has it.
final class CommandLogging {
  /// Held here, since loggers that nobody holds are forgotten with their level.
  private static final Logger ROOT = Logger.getLogger("");

  private CommandLogging() {}

  /// To be called before anything is logged.
  static void quiet() {
    System.setProperty("logback.configurationFile", "io/quiverdb/cli/logback-commands.xml");
    ROOT.setLevel(Level.SEVERE);
  }
}
