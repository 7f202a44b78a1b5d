package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// How a command answers: as a table for people or as JSON, a document in a line, for programs.
final class Output {
  private static final JsonFactory JSON = new JsonFactory();

  enum Format {
    TABLE,
    JSON
  }

  /// Writes one JSON value.
  @FunctionalInterface
  interface JsonAnswer {
    void write(JsonGenerator json) throws IOException;
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--output",
      paramLabel = "table|json",
      defaultValue = "table",
      converter = FormatConverter.class,
      description = "A table to read, or JSON for programs (${DEFAULT-VALUE}).")
  private Format format = Format.TABLE;

  boolean isJson() {
    return format == Format.JSON;
  }

  /// Whether standard error is one: the launcher looks.
  static boolean isTerminal() {
    return Boolean.getBoolean("quiver.terminal");
  }

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  PrintWriter err() {
    return command.commandLine().getErr();
  }

  void print(Table table) {
    table.print(out());
    out().flush();
  }

  void print(String line) {
    out().println(line);
    out().flush();
  }

  void print(JsonAnswer answer) {
    var text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      answer.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    print(text.toString());
  }

  static final class FormatConverter implements ITypeConverter<Format> {
    @Override
    public Format convert(String value) {
      return switch (value) {
        case "table" -> Format.TABLE;
        case "json" -> Format.JSON;
        default ->
            throw new TypeConversionException("output: " + value + " (expected: table or json)");
      };
    }
  }
}
