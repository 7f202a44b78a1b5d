package io.quiverdb.bench.search;

import io.quiverdb.bench.Folder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The process of one contestant, which answers line by line:
///
/// | line        | what is done                                | answer                              |
/// |-------------|---------------------------------------------|-------------------------------------|
/// | `build N`   | built anew, of the first N rows             | nanoseconds in all, of the graph    |
/// | `settle`    | the rows that it was built of are let go    | `done`                              |
/// | `ask …`     | the queries, as [Asked] has it              | as [Answers] has it                 |
/// | `memory`    | see [ResidentMemory]                        | bytes, or `unknown`                 |
final class ContestantProcess {
  static final String UNKNOWN = "unknown";

  private final Searcher searcher;
  private final Path folder;
  private final float[][] queries;

  /// Gone once it has settled.
  private Optional<Rows> rows;

  private Optional<Searched> built = Optional.empty();

  private ContestantProcess(Searcher searcher, Path folder, Rows rows) {
    this.searcher = searcher;
    this.folder = folder;
    this.queries = rows.queries();
    this.rows = Optional.of(rows);
  }

  private String answer(List<String> words) throws IOException {
    return switch (words.getFirst()) {
      case "build" -> build(Integer.parseInt(words.get(1)));
      case "settle" -> settle();
      case "ask" ->
          Answers.of(built.orElseThrow(), queries, Asked.parse(words.subList(1, words.size())))
              .toString();
      case "memory" -> {
        var bytes = ResidentMemory.bytes();
        yield bytes.isPresent() ? Long.toString(bytes.getAsLong()) : UNKNOWN;
      }
      default -> throw new IllegalArgumentException("unknown: " + words);
    };
  }

  private String build(int count) throws IOException {
    if (built.isPresent()) {
      built.get().close();
    }
    var some = rows.orElseThrow().first(count);
    long begun = System.nanoTime();
    var searched = searcher.build(Folder.in(folder), some);
    built = Optional.of(searched);
    return (System.nanoTime() - begun) + " " + searched.graphNanos();
  }

  private String settle() {
    rows = Optional.empty();
    return "done";
  }

  /// @param arguments searcher, data set, whether it is the quick run, folder
  public static void main(String[] arguments) throws IOException {
    // What libraries print is no answer.
    var answers = System.out;
    System.setOut(System.err);
    // In no variable: it would keep them from being let go.
    var process =
        new ContestantProcess(
            Searcher.valueOf(arguments[0]),
            Path.of(arguments[3]),
            DataSet.valueOf(arguments[1]).load(Boolean.parseBoolean(arguments[2])));
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      answers.println(process.answer(Arrays.asList(line.split(" ", -1))));
    }
    // Whoever started it has ended.
    Runtime.getRuntime().halt(0);
  }
}
