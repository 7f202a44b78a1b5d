package io.quiverdb.jepsen.mutant;

import com.github.difflib.unifieddiff.UnifiedDiff;
import com.github.difflib.unifieddiff.UnifiedDiffReader;
import io.quiverdb.jepsen.run.Scenarios;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A planted bug: a patch of our sources, and what is to find it.
///
/// Its file begins with what is wrong, in a sentence; then lines `name: value` say what is to find
/// it: `scenario`, or `workload`, `nemesis` and `time` (seconds), or `tests`; then the patch, a
/// unified diff with paths from the top of the checkout, after `a/` and `b/`.
///
/// @param name of its file, without the ending
public record Mutant(String name, String bug, Trial trial, UnifiedDiff patch) {
  private static final String ENDING = ".patch";
  private static final String PATCH_BEGIN = "--- ";
  private static final Set<String> FIELDS =
      Set.of("scenario", "workload", "nemesis", "time", "tests");

  /// All of a folder, by name.
  public static List<Mutant> all(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      var mutants = new ArrayList<Mutant>();
      for (var file : files.filter(path -> path.toString().endsWith(ENDING)).sorted().toList()) {
        mutants.add(read(file));
      }
      return List.copyOf(mutants);
    }
  }

  /// @throws MalformedMutantException if it is not one
  public static Mutant read(Path file) throws IOException {
    var fileName = String.valueOf(file.getFileName());
    var name = fileName.substring(0, fileName.length() - ENDING.length());
    var lines = Files.readAllLines(file);
    int begin = patchBegin(lines, name);
    var bug = new ArrayList<String>();
    var fields = new LinkedHashMap<String, String>();
    for (var line : lines.subList(0, begin)) {
      var field = field(line);
      if (field.isPresent()) {
        fields.put(field.get(), line.substring(field.get().length() + 1).strip());
      } else if (!line.isBlank()) {
        bug.add(line.strip());
      }
    }
    var diff = String.join("\n", lines.subList(begin, lines.size())) + "\n";
    return new Mutant(
        name,
        String.join(" ", bug),
        trial(name, fields),
        UnifiedDiffReader.parseUnifiedDiff(
            new ByteArrayInputStream(diff.getBytes(StandardCharsets.UTF_8))));
  }

  private static int patchBegin(List<String> lines, String name) {
    for (int index = 0; index < lines.size(); index++) {
      if (lines.get(index).startsWith(PATCH_BEGIN)) {
        return index;
      }
    }
    throw new MalformedMutantException(name + ": no patch (expected: a unified diff)");
  }

  private static Optional<String> field(String line) {
    return FIELDS.stream().filter(field -> line.startsWith(field + ":")).findFirst();
  }

  private static Trial trial(String name, Map<String, String> fields) {
    if (Stream.of("scenario", "workload", "tests").filter(fields::containsKey).count() > 1) {
      throw new MalformedMutantException(
          name + ": several are to find it (expected: one of scenario, workload and tests)");
    }
    try {
      if (fields.containsKey("scenario")) {
        return new Trial.Directed(Scenarios.get(fields.get("scenario")));
      }
      if (fields.containsKey("tests")) {
        return new Trial.Tests(list(fields.get("tests")));
      }
      if (fields.containsKey("workload")) {
        return new Trial.Drawn(
            list(fields.get("workload")),
            list(fields.getOrDefault("nemesis", "")),
            Duration.ofSeconds(Integer.parseInt(fields.getOrDefault("time", "30"))));
      }
    } catch (IllegalArgumentException e) {
      throw new MalformedMutantException(name + ": " + e.getMessage(), e);
    }
    throw new MalformedMutantException(
        name + ": nothing is to find it (expected: scenario, workload or tests)");
  }

  private static List<String> list(String text) {
    return Stream.of(text.split(",")).map(String::strip).filter(one -> !one.isEmpty()).toList();
  }
}
