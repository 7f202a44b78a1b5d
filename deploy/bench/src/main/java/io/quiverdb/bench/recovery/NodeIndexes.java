package io.quiverdb.bench.recovery;

import io.quiverdb.bench.MetricsPage;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.LocalClusterException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Predicate;

/// What a node tells of its graphs, by its metrics.
final class NodeIndexes {
  private static final String GRAPH_ROWS = "quiver_store_graph_rows{";
  private static final String WAITING_ROWS = "quiver_store_graph_waiting_rows{";
  private static final String REFUSED_ROWS = "quiver_store_graph_refused_rows{";
  private static final String SMALL_ROWS = "quiver_store_graph_small_rows{";
  private static final String BUILT_ROWS = "quiver_store_graph_built_rows_total{";
  private static final String READ_ROWS = "quiver_store_graph_read_rows_total{";
  private static final String COMPACTIONS = "quiver_raft_compaction_seconds_count{";
  private static final long PAUSE_MILLIS = 50;

  private final HttpClient http;
  private final LocalCluster.Node node;

  NodeIndexes(HttpClient http, LocalCluster.Node node) {
    this.http = http;
    this.node = node;
  }

  /// @param built since the node was started
  /// @param read of graphs in files, since then; those that were built are among them
  record Rows(double withGraph, double built, double read) {}

  Rows rows() throws IOException, InterruptedException {
    var page = page();
    return new Rows(page.sum(GRAPH_ROWS), page.sum(BUILT_ROWS), page.sum(READ_ROWS));
  }

  MetricsPage page() throws IOException, InterruptedException {
    return MetricsPage.of(http, node.clientAddress());
  }

  /// Until all rows of segments have graphs that are large enough for one.
  void awaitIndexed(Duration limit) throws InterruptedException {
    await("all rows have graphs", limit, NodeIndexes::isIndexed);
  }

  /// Until nothing is left to be merged either, of what the node found when it was started, and all
  /// of so many rows are in segments.
  void awaitSettled(long rows, Duration limit) throws InterruptedException {
    await(
        "segments are merged and have graphs",
        limit,
        page ->
            page.sum(COMPACTIONS) > 0
                && isIndexed(page)
                && page.sum(GRAPH_ROWS) + page.sum(SMALL_ROWS) >= rows);
  }

  void awaitGraphs(double rows, Duration limit) throws InterruptedException {
    await("%,.0f rows have graphs".formatted(rows), limit, page -> page.sum(GRAPH_ROWS) >= rows);
  }

  private static boolean isIndexed(MetricsPage page) {
    if (page.sum(REFUSED_ROWS) > 0) {
      throw new IllegalStateException(
          "rows that go without a graph: %,.0f (expected: none)".formatted(page.sum(REFUSED_ROWS)));
    }
    return page.sum(WAITING_ROWS) == 0;
  }

  private void await(String what, Duration limit, Predicate<MetricsPage> wanted)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() - end < 0) {
      if (!node.process().isAlive()) {
        throw new LocalClusterException(
            "node " + node.number() + " has ended: " + node.process().lastWords());
      }
      try {
        if (wanted.test(page())) {
          return;
        }
      } catch (IOException _) {
        // Not up yet.
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    throw new LocalClusterException("not within " + limit + ": " + what);
  }
}
