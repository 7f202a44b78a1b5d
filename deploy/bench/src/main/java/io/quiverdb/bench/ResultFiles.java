package io.quiverdb.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Results as Markdown for people and as JSON for programs: `<name>.md` and `<name>.json`.
public final class ResultFiles {
  private ResultFiles() {}

  /// @param command that repeats the run
  public static void write(Path directory, String name, String command, List<Result> results)
      throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(name + ".md"), markdown(command, results));
    writeJson(directory.resolve(name + ".json"), command, results);
  }

  public static String markdown(String command, List<Result> results) {
    var text = new StringBuilder();
    text.append("`").append(command).append("` on ").append(Machine.processors());
    text.append(" processors, Java ").append(Runtime.version().feature()).append("\n\n");
    text.append("| what | unit | ours: median (range), CPU s | reference: median (range), CPU s");
    text.append(" | ratio | target | met | disturbed rounds |\n");
    text.append("|---|---|---|---|---|---|---|---|\n");
    for (var result : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | %.2f | %s | %s | %d of %d |%n",
              result.name(),
              result.unit(),
              cell(result.ours()),
              cell(result.reference()),
              result.ratio(),
              result.target().text(),
              result.targetMet() ? "yes" : "no",
              result.disturbedRounds(),
              result.ours().rounds().size() + result.reference().rounds().size()));
    }
    return text.toString();
  }

  private static String cell(Series series) {
    return String.format(
        Locale.ROOT,
        "%s: %s (%s to %s), %.2f",
        series.name(),
        figure(series.median()),
        figure(series.least()),
        figure(series.most()),
        series.cpuSeconds());
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%,.0f" : "%.2f", value);
  }

  private static void writeJson(Path file, String command, List<Result> results)
      throws IOException {
    try (var out = Files.newBufferedWriter(file);
        var json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeStringField("command", command);
      json.writeNumberField("processors", Machine.processors());
      json.writeStringField("java", Runtime.version().toString());
      json.writeArrayFieldStart("results");
      for (var result : results) {
        write(json, result);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, Result result) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", result.name());
    json.writeStringField("unit", result.unit());
    write(json, "ours", result.ours());
    write(json, "reference", result.reference());
    json.writeNumberField("ratio", result.ratio());
    json.writeStringField("target", result.target().text());
    json.writeBooleanField("target_met", result.targetMet());
    json.writeNumberField("disturbed_rounds", result.disturbedRounds());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String field, Series series) throws IOException {
    json.writeObjectFieldStart(field);
    json.writeStringField("name", series.name());
    json.writeNumberField("median", series.median());
    json.writeNumberField("least", series.least());
    json.writeNumberField("most", series.most());
    json.writeArrayFieldStart("rounds");
    for (var round : series.rounds()) {
      json.writeStartObject();
      json.writeNumberField("figure", round.figure());
      json.writeNumberField("wall_seconds", round.wallSeconds());
      json.writeNumberField("cpu_seconds", round.cpuSeconds());
      if (round.othersShare().isPresent()) {
        json.writeNumberField("others_share", round.othersShare().getAsDouble());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
