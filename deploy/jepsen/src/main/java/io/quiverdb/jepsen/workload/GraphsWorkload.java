package io.quiverdb.jepsen.workload;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.client.Schema;
import io.quiverdb.client.SegmentPlan.Way;
import io.quiverdb.jepsen.history.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// So many points that segments have graphs and asking these pays, some of which move about and go,
/// and approximate searches for them.
public final class GraphsWorkload implements Workload {
  private static final String NAME = "graphs";

  /// A segment of 10,000 rows is given a graph.
  private static final int POINTS_OF_A_SHARD = 12_000;

  /// Squares of distances stay whole in single precision.
  private static final int DIMENSION = 8;

  private static final int COORDINATE_MAX = 1_000;
  private static final int BATCH = 250;
  private static final int K = 10;
  private static final int K_LAST = 100;
  private static final int DELETES_OF_A_HUNDRED = 20;
  private static final int EXPLAINED_OF_A_HUNDRED = 10;
  private static final int GRAPH_SEARCHES_MIN = 10;

  /// Processes below those of before and after a run.
  private static final long FIRST_PROCESS = -3;

  /// After each merge all graphs are built anew.
  private static final Duration MERGE_PAUSE = Duration.ofSeconds(15);

  private static final Duration GRAPHS_MAX = Duration.ofMinutes(5);
  private static final Duration MERGE_MAX = Duration.ofSeconds(20);
  private static final int POLL_MILLIS = 200;

  private final AtomicLong explained = new AtomicLong();
  private final AtomicLong byGraph = new AtomicLong();
  private int points;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(QuiverClient operator, Session session) {
    var _ = operator.createCollection(NAME, Schema.l2(DIMENSION));
    points = POINTS_OF_A_SHARD * operator.cluster().topology().shards().size();
    var random = new SplittableRandom(points);
    for (int from = 0; from < points; from += BATCH) {
      if (!load(session, from, Math.min(points, from + BATCH), random)) {
        return;
      }
    }
    awaitGraphs(operator);
  }

  private static boolean load(Session session, int from, int end, RandomGenerator random) {
    Map<String, Operation> writes = new LinkedHashMap<>();
    List<Point> batch = new ArrayList<>();
    for (int number = from; number < end; number++) {
      float[] vector = Searches.vector(random, DIMENSION, COORDINATE_MAX);
      var value = "at-first-" + number;
      writes.put(id(number), new Operation.Upsert(Searches.coordinates(vector), value));
      batch.add(Values.point(id(number), value, vector));
    }
    return session.writeTogether(
        NAME, writes, FIRST_PROCESS, client -> Reply.of(client.collection(NAME).upsert(batch)));
  }

  private static String id(int number) {
    return "g" + number;
  }

  private static void awaitGraphs(QuiverClient operator) {
    long end = System.nanoTime() + GRAPHS_MAX.toNanos();
    while (System.nanoTime() - end < 0) {
      // Whoever had not applied everything yet is to merge again.
      var _ = operator.collection(NAME).compact();
      long again = System.nanoTime() + MERGE_MAX.toNanos();
      while (System.nanoTime() - again < 0) {
        if (allHaveGraphs(operator.cluster().status())) {
          return;
        }
        pause();
      }
    }
    throw new LocalClusterException(NAME + ": not all replicas had graphs in " + GRAPHS_MAX);
  }

  private static boolean allHaveGraphs(ClusterStatus status) {
    return status.nodes().stream()
        .flatMap(node -> node.replicas().stream())
        .allMatch(replica -> replica.index().graphRows() > 0 && replica.index().waitingRows() == 0);
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LocalClusterException("interrupted", e);
    }
  }

  @Override
  public Client client(int number, RandomGenerator random) {
    return new GraphsClient(number, random);
  }

  @Override
  public void conclude(Session session) {
    var _ = Searches.search(session, NAME, new float[DIMENSION], K_LAST, true);
  }

  @Override
  public Duration mergePause() {
    return MERGE_PAUSE;
  }

  @Override
  public Optional<String> shortfall() {
    return byGraph.get() >= GRAPH_SEARCHES_MIN
        ? Optional.empty()
        : Optional.of(
            "%s: %d of %d searches that were explained asked a graph (expected: at least %d)"
                .formatted(NAME, byGraph.get(), explained.get(), GRAPH_SEARCHES_MIN));
  }

  @Override
  public List<String> checkers() {
    return List.of("search");
  }

  private final class GraphsClient implements Client {
    private final int number;
    private final RandomGenerator random;
    private long serial;

    GraphsClient(int number, RandomGenerator random) {
      this.number = number;
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      float[] vector = Searches.vector(random, DIMENSION, COORDINATE_MAX);
      if (random.nextInt(100) >= load.writePercent()) {
        boolean answered = Searches.search(session, NAME, vector, K, false);
        if (answered && random.nextInt(100) < EXPLAINED_OF_A_HUNDRED) {
          explain(session.client(), vector);
        }
        return answered;
      }
      var id = id(random.nextInt(points));
      return random.nextInt(100) < DELETES_OF_A_HUNDRED
          ? Registers.delete(session, NAME, id)
          : Searches.upsert(session, NAME, id, number + "-" + serial++, vector);
    }

    private void explain(QuiverClient client, float[] query) {
      try {
        var plans = client.collection(NAME).search(query).k(K).explain();
        explained.incrementAndGet();
        if (plans.stream().anyMatch(plan -> plan.way() == Way.GRAPH)) {
          byGraph.incrementAndGet();
        }
      } catch (QuiverException _) {
        // Whoever is down explains nothing: that is no fault.
      }
    }
  }
}
