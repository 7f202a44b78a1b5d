package io.quiverdb.bench.recovery;

import io.quiverdb.bench.Result;
import io.quiverdb.bench.Target;
import io.quiverdb.bench.Trials;
import io.quiverdb.bench.recovery.NodeSearch.Level;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.Waiting;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Kills a node whose shard has its graphs, starts it again, and takes the time until it answers a
/// search right. What is in its log behind the checkpoint is a handful of entries: there is nothing
/// to replay.
final class Restarts implements AutoCloseable {
  private static final double SECONDS_MAX = 3;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final int points;
  private final LocalCluster cluster;
  private final LocalCluster.Node node;
  private final NodeIndexes indexes;
  private final NodeSearch search;

  Restarts(BuiltShard shard, Path folder, HttpClient http) throws IOException {
    points = shard.points();
    cluster = shard.copyTo(folder);
    node = cluster.nodes().getFirst();
    indexes = new NodeIndexes(http, node);
    search = new NodeSearch(http, node.clientAddress());
  }

  /// Seconds since the process was started.
  ///
  /// @param any until the first right answer at level ANY, likewise the next
  /// @param graphs until every row that had a graph has it in memory again
  /// @param rows then
  private record Restart(
      double any, double linearizable, double graphs, int wrong, NodeIndexes.Rows rows) {}

  List<Result> run(int times) throws Exception {
    node.process().start();
    cluster.awaitListening(node, Waiting.LIMIT);
    indexes.awaitSettled(points, LIMIT);
    double graphRows = indexes.rows().withGraph();
    var question = Question.find(search, new ShardPoints());
    var trials = Trials.run(times, number -> restart(number, question, graphRows));
    sayHowItBegan();
    String what = "restart of a node, %,d × 128: first right answer".formatted(points);
    return List.of(
        trials.median(
            what + " at level LINEARIZABLE",
            "s",
            Restart::linearizable,
            SECONDS_MAX,
            Target.atMost(1)),
        trials.median(what + " at level ANY", "s", Restart::any, SECONDS_MAX, Target.atMost(1)),
        trials.median(
            "the same until all graphs are in memory",
            "s",
            Restart::graphs,
            SECONDS_MAX,
            Target.reported()),
        trials.median(
            "restart: rows inserted into graphs, of those that had one",
            "rows",
            restart -> restart.rows.built(),
            graphRows,
            Target.atMost(0)),
        trials.median(
            "restart: rows whose graphs were read of files, of those that had one",
            "rows",
            restart -> restart.rows.read(),
            graphRows,
            Target.atLeast(1)),
        trials.median(
            "restart: wrong answers, of one that is right",
            "answers",
            Restart::wrong,
            1,
            Target.atMost(0)));
  }

  private Restart restart(int number, Question question, double graphRows) throws Exception {
    node.process().kill();
    long begun = System.nanoTime();
    node.process().start();
    var any = question.askUntilRight(search, Level.ANY);
    var linearizable = question.askUntilRight(search, Level.LINEARIZABLE);
    indexes.awaitGraphs(graphRows, LIMIT);
    double graphs = secondsSince(begun, System.nanoTime());
    indexes.awaitSettled(points, LIMIT);
    var restart =
        new Restart(
            secondsSince(begun, any.nanos()),
            secondsSince(begun, linearizable.nanos()),
            graphs,
            any.wrong() + linearizable.wrong(),
            indexes.rows());
    System.out.printf("restart %d: %s%n", number + 1, restart);
    return restart;
  }

  private static double secondsSince(long begun, long nanos) {
    return (nanos - begun) / 1e9;
  }

  private void sayHowItBegan() throws IOException {
    try (var lines = Files.lines(node.log())) {
      lines
          .filter(line -> line.contains("store opened"))
          .reduce((_, later) -> later)
          .ifPresent(System.out::println);
    }
  }

  @Override
  public void close() {
    cluster.killAll();
  }
}
