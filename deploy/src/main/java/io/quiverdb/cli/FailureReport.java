package io.quiverdb.cli;

import io.quiverdb.client.PreconditionFailedException;
import io.quiverdb.client.QuiverException;
import io.quiverdb.node.StartupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// Turns every failure into one line on standard error and an exit code. No stack trace.
final class FailureReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final int POINTS_TOLD_MAX = 20;

  /// Why a node is unavailable that has not become part of a cluster yet.
  private static final Optional<String> NOT_FORMED = Optional.of("not_formed");

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    var command = failure.getCommandLine();
    print(
        command,
        failure.getMessage() + " (see: " + command.getCommandSpec().qualifiedName() + " --help)");
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(
      Exception thrown, CommandLine command, ParseResult parseResult) {
    Exception failure =
        thrown instanceof UncheckedIOException io ? Objects.requireNonNull(io.getCause()) : thrown;
    print(command, message(failure));
    return exitCode(failure);
  }

  private static int exitCode(Exception failure) {
    return switch (failure) {
      case CommandFailedException failed -> failed.exitCode();
      case StartupException startup -> startup.exitCode();
      case QuiverException quiver -> exitCode(quiver);
      case IllegalArgumentException _, FileSystemException _ -> ExitCode.USAGE;
      default -> ExitCode.NEGATIVE;
    };
  }

  static int exitCode(QuiverException failure) {
    if (failure.reason().equals(NOT_FORMED)) {
      return ExitCode.NEGATIVE;
    }
    return switch (failure.code()) {
      case INVALID_ARGUMENT -> ExitCode.USAGE;
      case NOT_LEADER, STALE_EPOCH, UNAVAILABLE, DEADLINE_EXCEEDED, OUTCOME_UNKNOWN ->
          ExitCode.UNREACHABLE;
      case NOT_FOUND,
          ALREADY_EXISTS,
          PRECONDITION_FAILED,
          UNAUTHENTICATED,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          DATA_CORRUPT,
          INTERNAL ->
          ExitCode.NEGATIVE;
    };
  }

  /// What went wrong, in words: exceptions of files name only the file.
  static String message(Throwable failure) {
    return switch (failure) {
      case NoSuchFileException file -> file.getFile() + ": no such file or folder";
      case AccessDeniedException file -> file.getFile() + ": access denied";
      case FileSystemException file ->
          file.getFile() + ": " + (file.getReason() == null ? "cannot be used" : file.getReason());
      case IOException io -> io.getMessage() == null ? io.toString() : io.getMessage();
      case PreconditionFailedException refused when !refused.failedPoints().isEmpty() ->
          refused.getMessage() + " (" + points(refused.failedPoints()) + ")";
      default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
    };
  }

  private static String points(List<PreconditionFailedException.FailedPoint> points) {
    String told =
        points.stream()
            .limit(POINTS_TOLD_MAX)
            .map(
                point ->
                    point.id()
                        + point.version().map(version -> ": version " + version).orElse(": absent"))
            .collect(Collectors.joining(", "));
    return points.size() > POINTS_TOLD_MAX ? told + ", …" : told;
  }

  private static void print(CommandLine command, String message) {
    command.getErr().println("quiver: " + String.join(" ", message.lines().toList()));
    command.getErr().flush();
  }
}
