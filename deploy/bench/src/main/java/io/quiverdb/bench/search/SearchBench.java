package io.quiverdb.bench.search;

import io.quiverdb.bench.BenchOptions;
import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Contestant;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.Target;
import io.quiverdb.bench.search.Searched.Filter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `deploy/bench/run search`
@Command(name = "search", description = "Searches beside Lucene's index searcher, at equal recall.")
final class SearchBench implements Callable<Integer> {
  private static final int K = 10;
  private static final int ROUNDS = 5;
  private static final int[] EFS = {10, 16, 24, 32, 48, 64, 80, 100, 150, 200, 300, 500};

  @Mixin private final BenchOptions options = new BenchOptions();
  private final List<Result> results = new ArrayList<>();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SearchBench()).execute(arguments));
  }

  /// What is asked for, and the answers.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Asked(
      String name, Optional<Filter> filter, float[][] queries, List<Set<Integer>> nearest) {}

  @Override
  public Integer call() throws Exception {
    var rows = Embeddings.load(options.quick() ? 12_000 : 50_000, options.quick() ? 200 : 1000);
    try (var ours = new QuiverRows(Folder.in(options.folder()), rows);
        var lucene = new LuceneRows(Folder.in(options.folder()), rows)) {
      var any = asked(rows, ours, "no filter", Optional.empty());
      for (double recall : new double[] {0.95, 0.98, 0.99}) {
        run(rows, any, recall, ours, lucene, Target.atLeast(1.0));
      }
      for (var filter :
          List.of(
              new Filter("part", "n"),
              new Filter("part", "v"),
              new Filter("part", "r"),
              new Filter("topic", "noun.animal"))) {
        var asked = asked(rows, ours, filter.field() + " " + filter.value(), Optional.of(filter));
        if (asked.nearest.stream().allMatch(nearest -> nearest.size() == K)) {
          run(rows, asked, 0.98, ours, lucene, Target.atLeast(0.9));
        }
      }
      results.add(latency(any, ours, lucene).run(ROUNDS));
    }
    return options.report("search", Optional.empty(), results);
  }

  private static Asked asked(
      Embeddings rows, QuiverRows exact, String name, Optional<Filter> filter) {
    var nearest =
        Arrays.stream(rows.queries()).map(query -> toSet(exact.exact(query, K, filter))).toList();
    return new Asked(name, filter, rows.queries(), nearest);
  }

  private static Set<Integer> toSet(int[] rows) {
    return Arrays.stream(rows).boxed().collect(Collectors.toSet());
  }

  private void run(
      Embeddings rows, Asked asked, double recall, Searched ours, Searched lucene, Target target)
      throws Exception {
    int oursEf = ef(asked, recall, ours);
    int luceneEf = ef(asked, recall, lucene);
    String name =
        String.format(Locale.ROOT, "%s, %s, recall@10 ≥ %.2f", rows.name(), asked.name, recall);
    System.out.println("measuring: " + name);
    results.add(
        new Contest(
                name,
                "queries/s of processor time",
                "quiver, encrypted, ef %d (%.3f)".formatted(oursEf, recall(asked, ours, oursEf)),
                () -> rate(asked, ours, oursEf),
                "Lucene IndexSearcher, k %d (%.3f)"
                    .formatted(luceneEf, recall(asked, lucene, luceneEf)),
                () -> rate(asked, lucene, luceneEf),
                target)
            .run(ROUNDS));
  }

  private static Contest latency(Asked asked, Searched ours, Searched lucene) throws Exception {
    int oursEf = ef(asked, 0.98, ours);
    int luceneEf = ef(asked, 0.98, lucene);
    return new Contest(
        "p99 of a search, no filter, recall@10 ≥ 0.98",
        "µs",
        "quiver, encrypted",
        p99(asked, ours, oursEf),
        "Lucene IndexSearcher",
        p99(asked, lucene, luceneEf),
        Target.reported());
  }

  /// The least that finds so much.
  private static int ef(Asked asked, double recall, Searched searched) throws IOException {
    for (int ef : EFS) {
      if (recall(asked, searched, ef) >= recall) {
        return ef;
      }
    }
    return EFS[EFS.length - 1];
  }

  private static double recall(Asked asked, Searched searched, int ef) throws IOException {
    long wanted = 0;
    long found = 0;
    for (int query = 0; query < asked.queries.length; query++) {
      var nearest = asked.nearest.get(query);
      wanted += nearest.size();
      found +=
          Arrays.stream(searched.nearest(asked.queries[query], K, ef, asked.filter))
              .filter(nearest::contains)
              .count();
    }
    return (double) found / wanted;
  }

  private static double rate(Asked asked, Searched searched, int ef) throws IOException {
    var threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    for (float[] query : asked.queries) {
      int[] _ = searched.nearest(query, K, ef, asked.filter);
    }
    return asked.queries.length * 1e9 / (threads.getCurrentThreadCpuTime() - before);
  }

  private static Contestant p99(Asked asked, Searched searched, int ef) {
    return () -> {
      var nanos = new long[asked.queries.length];
      for (int query = 0; query < nanos.length; query++) {
        long before = System.nanoTime();
        int[] _ = searched.nearest(asked.queries[query], K, ef, asked.filter);
        nanos[query] = System.nanoTime() - before;
      }
      Arrays.sort(nanos);
      return nanos[(int) (0.99 * (nanos.length - 1))] / 1000.0;
    };
  }
}
