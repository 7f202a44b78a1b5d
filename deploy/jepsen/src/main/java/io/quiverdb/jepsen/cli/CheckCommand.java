package io.quiverdb.jepsen.cli;

import io.quiverdb.jepsen.checker.HistoryJudge;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.HistoryFileFormat;
import io.quiverdb.jepsen.history.MalformedHistoryException;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `run check`
@Command(
    name = "check",
    description = "Judges a history that was recorded before.",
    footer = {
      "",
      "Examples:",
      "  deploy/jepsen/run check target/jepsen/7/history.jsonl",
      "  deploy/jepsen/run check --format jepsen-etcd etcd_002.log"
    })
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE")
  private Path file = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "json-lines",
      converter = FormatConverter.class,
      description =
          "json-lines, as runs write it, or jepsen-etcd, as Jepsen's etcd test logs"
              + " (${DEFAULT-VALUE}).")
  private HistoryFileFormat format = HistoryFileFormat.JSON_LINES;

  @Override
  public Integer call() throws IOException {
    var judgement = new HistoryJudge(Runtime.getRuntime().availableProcessors()).judge(history());
    spec.commandLine().getOut().println(judgement);
    spec.commandLine().getOut().flush();
    return switch (judgement.verdict()) {
      case VALID -> Outcome.VALID.exitCode();
      case INVALID -> Outcome.VIOLATION.exitCode();
      case UNKNOWN -> Outcome.UNKNOWN.exitCode();
    };
  }

  private History history() throws IOException {
    try {
      return format.read(file);
    } catch (MalformedHistoryException e) {
      throw new ParameterException(spec.commandLine(), file + ": " + e.getMessage(), e);
    } catch (FileSystemException | CharacterCodingException e) {
      throw new ParameterException(
          spec.commandLine(), file + ": cannot be read (expected: a history)", e);
    }
  }

  static final class FormatConverter implements ITypeConverter<HistoryFileFormat> {
    @Override
    public HistoryFileFormat convert(String word) {
      return switch (word) {
        case "json-lines" -> HistoryFileFormat.JSON_LINES;
        case "jepsen-etcd" -> HistoryFileFormat.JEPSEN_ETCD;
        default ->
            throw new TypeConversionException(word + " (expected: json-lines or jepsen-etcd)");
      };
    }
  }
}
