package io.quiverdb.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Results as Markdown for people and as JSON for programs: `<name>.md` and `<name>.json`; where
/// there are curves, they are in both, and drawn in `<name>.svg`.
public final class ResultFiles {
  private ResultFiles() {}

  /// @param command that repeats the run
  public static void write(Path directory, String name, String command, List<Result> results)
      throws IOException {
    write(directory, name, command, results, Optional.empty());
  }

  public static void write(
      Path directory, String name, String command, List<Result> results, Optional<Curves> curves)
      throws IOException {
    Files.createDirectories(directory);
    var text = new StringBuilder(markdown(command, results));
    if (curves.isPresent()) {
      String drawing = name + ".svg";
      Files.writeString(directory.resolve(drawing), CurveChart.svg(curves.get()));
      text.append('\n').append(markdown(curves.get())).append('\n');
      text.append("![queries by second of processor time against recall](%s)\n".formatted(drawing));
    }
    Files.writeString(directory.resolve(name + ".md"), text);
    writeJson(directory.resolve(name + ".json"), command, results, curves);
  }

  private static String markdown(Curves curves) {
    var text = new StringBuilder();
    text.append(
        "| contestant | build, s | resident, MB | ef | recall@10 | queries/s of processor time");
    text.append(" | p50, µs | p99, µs |\n|---|---|---|---|---|---|---|---|\n");
    for (var curve : curves.byContestant()) {
      for (var point : curve.points()) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %.1f | %s | %d | %.4f | %,.0f | %,.0f | %,.0f |%n",
                curve.name(),
                curve.buildSeconds(),
                curve.residentBytes().isPresent()
                    ? figure(curve.residentBytes().getAsLong() / 1e6)
                    : "unknown",
                point.ef(),
                point.recall(),
                point.perSecond(),
                point.p50Micros(),
                point.p99Micros()));
      }
    }
    return text.toString();
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

  private static void writeJson(
      Path file, String command, List<Result> results, Optional<Curves> curves) throws IOException {
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
      if (curves.isPresent()) {
        json.writeArrayFieldStart("curves");
        for (var curve : curves.get().byContestant()) {
          write(json, curve);
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, Curve curve) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", curve.name());
    json.writeNumberField("build_seconds", curve.buildSeconds());
    if (curve.residentBytes().isPresent()) {
      json.writeNumberField("resident_bytes", curve.residentBytes().getAsLong());
    }
    json.writeArrayFieldStart("points");
    for (var point : curve.points()) {
      json.writeStartObject();
      json.writeNumberField("ef", point.ef());
      json.writeNumberField("recall_at_10", point.recall());
      json.writeNumberField("queries_per_cpu_second", point.perSecond());
      json.writeNumberField("p50_micros", point.p50Micros());
      json.writeNumberField("p99_micros", point.p99Micros());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
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
