package io.quiverdb.cli.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// How the demo is run.
///
/// @param serve the command that runs a node, without its options
/// @param seed fixes what is written, which leader is killed and when
/// @param quick with fewer writes
/// @param joinFourth has a fourth node join in the end
/// @param folder for the nodes' folders, empty or new; a temporary one if not said
/// @param keep leaves the cluster up
/// @param journal where to write a line for each acknowledged point
/// @param json where to write the figures
public record DemoOptions(
    List<String> serve,
    long seed,
    boolean quick,
    boolean joinFourth,
    Optional<Path> folder,
    boolean keep,
    Optional<Path> journal,
    Optional<Path> json) {
  private static final int QUICK_WRITES = 10_500;
  private static final int WRITES = 30_000;

  public DemoOptions {
    serve = List.copyOf(serve);
  }

  /// Points that shall be acknowledged to the writers.
  int writes() {
    return quick ? QUICK_WRITES : WRITES;
  }
}
