package io.quiverdb.bench.search;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Contestant;
import io.quiverdb.bench.Curve;
import io.quiverdb.bench.Curves;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.Target;
import io.quiverdb.core.Query;
import io.quiverdb.core.index.Indexing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The contests over one data set.
final class SetBench implements AutoCloseable {
  private static final int ROUNDS = 5;
  private static final String RATE = "queries/s of processor time";
  private static final double[] RECALLS = {0.95, 0.98, 0.99};

  /// Of contests of other things than it.
  private static final double RECALL = 0.98;

  /// Rows that are built again and again: their graph takes seconds.
  private static final int REBUILT_ROWS = 5_000;

  /// That tell which of two references is the faster.
  private static final int TRIED_QUERIES = 100;

  /// Of vectors: more than twice what caches hold that processors share.
  private static final long OUT_OF_CACHE_BYTES = 64L << 20;

  /// Read by a round that is about memory.
  private static final long SCANNED_BYTES = 4L << 30;

  /// Of so many the planner looks at all, where [Query#EF_MAX] candidates are asked for.
  private static final int SCANNED_ROWS_MAX = 500_000;

  private final DataSet set;
  private final boolean quick;
  private final Path folder;
  private final Rows rows;
  private final RemoteSearcher quiver;
  private final RemoteSearcher lucene;
  private final RemoteSearcher library;
  private final List<Result> results = new ArrayList<>();
  private final List<Curve> curves = new ArrayList<>();

  /// @param folder for files, of whoever made it
  SetBench(DataSet set, boolean quick, Path folder) throws IOException {
    this.set = set;
    this.quick = quick;
    this.folder = folder;
    this.rows = set.load(quick);
    this.quiver = new RemoteSearcher(Searcher.QUIVER, set, quick, folder);
    this.lucene = new RemoteSearcher(Searcher.LUCENE, set, quick, folder);
    this.library = new RemoteSearcher(Searcher.LIBRARY, set, quick, folder);
  }

  /// What came of [#run].
  List<Result> results() {
    return results;
  }

  Curves curves() {
    return new Curves("%s, no filter, k = %d, one thread".formatted(rows.name(), Asked.K), curves);
  }

  void run() throws Exception {
    run(building());
    var anything = new Question(rows, Optional.empty());
    drawCurves(anything);
    for (double recall : RECALLS) {
      run(rate(anything, recall, quiver, lucene, Target.atLeast(1)));
      run(rate(anything, recall, quiver, library, Target.reported()));
    }
    latencies(anything);
    filters();
    segments(anything);
    scans();
    memory();
  }

  private void run(Contest contest) throws Exception {
    System.out.println("measuring: " + contest.name() + " (" + contest.referenceName() + ")");
    results.add(contest.run(ROUNDS));
  }

  private String name(String what) {
    return rows.name() + ", " + what;
  }

  // --- building

  private Contest building() {
    int count = Math.min(REBUILT_ROWS, rows.count());
    return new Contest(
        name("graph of %,d rows".formatted(count)),
        "rows/s",
        quiver.title() + ", read, built and written",
        () -> count * 1e9 / quiver.build(count).graphNanos(),
        library.title(),
        () -> count * 1e9 / library.build(count).graphNanos(),
        Target.atLeast(0.9));
  }

  private void drawCurves(Question question) {
    var searchers = List.of(quiver, lucene, library);
    var buildSeconds = searchers.stream().map(this::build).toList();
    System.out.println("measuring: " + name("curves"));
    var points = new CurveSweep(question).run(searchers);
    for (int index = 0; index < searchers.size(); index++) {
      var searcher = searchers.get(index);
      curves.add(
          new Curve(
              searcher.title(),
              buildSeconds.get(index),
              searcher.residentBytes(),
              points.get(index)));
    }
  }

  /// Of all rows.
  private double build(RemoteSearcher searcher) {
    System.out.println("building: " + name(searcher.title()));
    double seconds = searcher.build(rows.count()).nanos() / 1e9;
    searcher.settle();
    return seconds;
  }

  // --- at equal recall

  private Contest rate(
      Question question,
      double recall,
      RemoteSearcher ours,
      RemoteSearcher reference,
      Target target) {
    return new Contest(
        name(String.format(Locale.ROOT, "%s, recall@10 ≥ %.2f", question.name(), recall)),
        RATE,
        question.title(ours, recall),
        () -> question.ask(ours, recall).perSecond(),
        question.title(reference, recall),
        () -> question.ask(reference, recall).perSecond(),
        target);
  }

  private void latencies(Question question) throws Exception {
    String at = String.format(Locale.ROOT, "of a search, recall@10 ≥ %.2f", RECALL);
    run(
        new Contest(
            name("median " + at),
            "µs",
            quiver.title(),
            () -> question.ask(quiver, RECALL).p50Nanos() / 1e3,
            lucene.title(),
            () -> question.ask(lucene, RECALL).p50Nanos() / 1e3,
            Target.reported()));
    run(
        new Contest(
            name("p99 " + at),
            "µs",
            quiver.title(),
            () -> question.ask(quiver, RECALL).p99Nanos() / 1e3,
            lucene.title(),
            () -> question.ask(lucene, RECALL).p99Nanos() / 1e3,
            Target.reported()));
  }

  // --- with filters

  private void filters() throws Exception {
    var questions =
        rows.filters().stream()
            .map(filter -> new Question(rows, Optional.of(filter)))
            .filter(question -> question.wanted() > 0)
            .toList();
    for (var question : questions) {
      run(filtered(question));
    }
    if (!questions.isEmpty()) {
      run(answeredInFull(questions));
    }
  }

  /// Beside whichever is faster: Lucene, or looking at all rows that match.
  private Contest filtered(Question question) {
    double byLucene = question.ask(lucene, RECALL).perSecond();
    var fewScans = question.asked(Asked.K, Math.min(TRIED_QUERIES, rows.queries().length));
    var _ = library.ask(fewScans); // For the JVM to compile.
    double byScan = library.ask(fewScans).perSecond();
    String name = name(String.format(Locale.ROOT, "%s, recall@10 ≥ %.2f", question.name(), RECALL));
    var target = Target.atLeast(0.9);
    if (byScan > byLucene) {
      return new Contest(
          name,
          RATE,
          question.title(quiver, RECALL),
          () -> question.ask(quiver, RECALL).perSecond(),
          "scan of the rows that match",
          () -> library.ask(question.asked(Asked.K).lasting(Question.ROUND)).perSecond(),
          target);
    }
    return rate(question, RECALL, quiver, lucene, target);
  }

  private Contest answeredInFull(List<Question> questions) {
    int asked = questions.size() * rows.queries().length;
    return new Contest(
        name("filtered queries that get all ten"),
        "queries",
        quiver.title() + ", ef " + Asked.K,
        () ->
            questions.stream()
                .mapToLong(question -> question.answeredInFull(quiver, Asked.K))
                .sum(),
        "asked",
        () -> asked,
        Target.atLeast(1));
  }

  // --- in another shape

  /// Where each of them is large enough for a graph.
  private void segments(Question question) throws Exception {
    if (rows.count() / Searcher.SEGMENTS < Indexing.ROWS_MIN) {
      return;
    }
    try (var segmented = new RemoteSearcher(Searcher.QUIVER_SEGMENTS, set, quick, folder)) {
      double _ = build(segmented);
      run(rate(question, RECALL, segmented, quiver, Target.atLeast(0.35)));
    }
  }

  private void scans() throws Exception {
    if (rows.vectorBytes() < OUT_OF_CACHE_BYTES) {
      return;
    }
    int queries = (int) Math.max(1, SCANNED_BYTES / rows.vectorBytes());
    try (var memory = new MemoryBandwidth(rows.vectorBytes())) {
      Contestant reading = () -> memory.bytesPerSecond(queries) / 1e9;
      run(scan("exact search", Asked.exactly(queries), reading));
      if (rows.count() <= SCANNED_ROWS_MAX) {
        var everything = Asked.with(Query.EF_MAX, Optional.empty(), queries);
        run(scan("search that the planner turns into a scan", everything, reading));
      }
    }
  }

  private Contest scan(String what, Asked asked, Contestant reading) {
    return new Contest(
        name(what),
        "GB/s of processor time",
        quiver.title(),
        () -> quiver.ask(asked).perSecond() * rows.vectorBytes() / 1e9,
        "reading the same bytes",
        reading,
        Target.atLeast(0.8));
  }

  private void memory() throws Exception {
    if (quiver.residentBytes().isEmpty()) {
      return;
    }
    for (var reference : List.of(lucene, library)) {
      run(
          new Contest(
              name("resident memory"),
              "MB",
              quiver.title(),
              () -> quiver.residentBytes().orElseThrow() / 1e6,
              reference.title(),
              () -> reference.residentBytes().orElseThrow() / 1e6,
              Target.reported()));
    }
  }

  @Override
  public void close() {
    List.of(quiver, lucene, library).forEach(RemoteSearcher::close);
  }
}
