package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.client.Collection;
import io.quiverdb.client.DeadlineExceededException;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.ResourceExhaustedException;
import io.quiverdb.client.Schema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/// A node of the distribution with little memory, which ends itself if it has too little.
@EnabledIfEnvironmentVariable(named = "QUIVER_LONG_TESTS", matches = "1")
class ManySearchesIT {
  private static final int SEARCHES = 1_000;
  private static final int POINTS = 12_000;
  private static final int K_MAX = 10_000;

  @TempDir private Path folder;
  private final List<Process> nodes = new ArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    for (var node : nodes) {
      node.destroyForcibly().waitFor();
    }
  }

  /// With all their hits in memory at once they would need some gigabytes.
  @Test
  void thousandSearchesForTenThousandPointsEachDoNotExhaustASmallHeap() throws Exception {
    var quiver = Distribution.unpack(folder);
    var endpoint = "127.0.0.1:" + UnusedPorts.next();
    var node =
        quiver.start(
            Map.of("QUIVER_JAVA_OPTIONS", "-Xmx256m"),
            folder.resolve("node.log"),
            "serve",
            "--data-dir",
            "data",
            "--listen",
            endpoint,
            "--peer-listen",
            "127.0.0.1:" + UnusedPorts.next(),
            "--raft-listen",
            "127.0.0.1:" + UnusedPorts.next());
    nodes.add(node);
    var ready = quiver.run("status", "--wait", "ready", "--timeout", "3m", "--endpoint", endpoint);
    assertThat(ready.exitCode()).as(ready.err()).isZero();

    try (var client =
        QuiverClient.builder().seeds(endpoint).timeout(Duration.ofMinutes(5)).build()) {
      var docs = client.createCollection("docs", Schema.l2(8));
      write(docs);

      long answered = answered(docs);

      System.out.printf("searches for %d points: %d, answered: %d%n", K_MAX, SEARCHES, answered);
      assertThat(answered).isPositive();
      assertThat(node.isAlive()).isTrue();
      assertThat(search(docs, K_MAX)).isEqualTo(K_MAX);
    }
  }

  private static void write(Collection docs) {
    var batch = new ArrayList<Point>();
    for (int point = 0; point < POINTS; point++) {
      batch.add(Point.of("point-" + point, point, 1, 2, 3, 4, 5, 6, 7));
      if (batch.size() == 500) {
        var _ = docs.upsert(batch);
        batch.clear();
      }
    }
  }

  /// How many were; the others were refused for their number.
  private static long answered(Collection docs) throws Exception {
    long answered = 0;
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> searches = new ArrayList<>();
      for (int search = 0; search < SEARCHES; search++) {
        searches.add(() -> isAnswered(docs));
      }
      for (var search : callers.invokeAll(searches)) {
        answered += search.get() ? 1 : 0;
      }
    }
    return answered;
  }

  private static boolean isAnswered(Collection docs) {
    try {
      return search(docs, K_MAX) == K_MAX;
    } catch (ResourceExhaustedException | DeadlineExceededException _) {
      return false;
    }
  }

  private static int search(Collection docs, int k) {
    return docs.search(0, 0, 0, 0, 0, 0, 0, 0).k(k).run().size();
  }
}
