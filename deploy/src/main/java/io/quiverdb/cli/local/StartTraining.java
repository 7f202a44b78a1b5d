package io.quiverdb.cli.local;

import io.quiverdb.cli.cluster.Readiness;
import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.cli.dataset.UnicodeName;
import io.quiverdb.cli.dataset.UnicodeNames;
import io.quiverdb.client.Collection;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.client.SegmentPlan.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/// Shows the JVM what a node does between its start and its first answers, so that it can keep the
/// classes as they are once loaded and linked, and which methods are worth compiling, in a cache
/// that later starts map (JEP 483, 514 and 515).
public final class StartTraining {
  private static final String COLLECTION = "training";

  /// Enough for a graph.
  private static final int POINTS = 12_000;

  private static final int BATCH_POINTS = 500;
  private static final int SEARCHES = 200;
  private static final int HITS = 10;

  /// Of the JVM, which writes the cache as it ends.
  private static final long END_SECONDS = 600;

  private final LocalCluster cluster;
  private final LocalCluster.Node node;
  private final List<UnicodeName> names = UnicodeNames.all().subList(0, POINTS);
  private final HashEmbedder embedder = new HashEmbedder();

  private StartTraining(LocalCluster cluster) {
    this.cluster = cluster;
    this.node = cluster.nodes().getFirst();
  }

  /// @param serve the command that runs a node, without its options
  /// @param cache the file to be written
  /// @throws LocalClusterException if the node does not do as it should, or writes none
  public static void run(List<String> serve, Path cache) throws IOException, InterruptedException {
    var folder = Files.createTempDirectory("quiver-training-");
    var nodes = new NodesFolder(folder, true);
    var place = NodePlace.onLoopback(Map.of(), new FreePorts(new SecureRandom()).find(3));
    try (var cluster = LocalCluster.prepare(serve, folder, place);
        var _ = new EmergencyStop(() -> cluster.abandon(nodes))) {
      // There, as no option of the JVM may hold a space, which the cache's own path may.
      var written = folder.resolve("aot");
      new StartTraining(cluster).train(written);
      Files.copy(written, cache, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      nodes.discard();
    }
  }

  private void train(Path cache) throws IOException, InterruptedException {
    start(Map.of());
    try (var quiver = client()) {
      var _ = quiver.cluster().init(1, 1);
      awaitReady(quiver);
      fill(quiver.createCollection(COLLECTION, Schema.cosine(HashEmbedder.DIMENSION)));
    }
    stop();
    // What is to be fast is the start of a node that has data.
    start(Map.of("QUIVER_JAVA_OPTIONS", "-XX:AOTCacheOutput=" + cache));
    try (var quiver = client()) {
      awaitReady(quiver);
      use(quiver.collection(COLLECTION));
    }
    stop();
    if (!Files.exists(cache)) {
      throw new LocalClusterException("the JVM wrote no cache: " + node.process().lastWords());
    }
  }

  private void start(Map<String, String> environment) throws IOException, InterruptedException {
    node.process().start(environment);
    cluster.awaitListening(node, Waiting.LIMIT);
  }

  private void stop() throws InterruptedException {
    node.process().askToStop();
    if (!node.process().awaitEnd(END_SECONDS)) {
      throw new LocalClusterException("the node did not end within " + END_SECONDS + " s");
    }
  }

  private QuiverClient client() {
    return QuiverClient.builder().seeds(node.clientAddress()).plaintext().build();
  }

  private static void awaitReady(QuiverClient quiver) throws InterruptedException {
    var _ =
        Waiting.until(
            "the node is ready",
            () -> Readiness.of(quiver.cluster().topology(), quiver.cluster().status()),
            Readiness::isReady);
  }

  private void fill(Collection collection) throws InterruptedException {
    write(collection, names);
    var _ = collection.compact();
    var _ =
        Waiting.until(
            "the points have a graph",
            () -> collection.search(embedder.embed(names.getFirst().name())).k(HITS).explain(),
            plans -> plans.stream().anyMatch(plan -> plan.way() == Way.GRAPH));
  }

  private void use(Collection collection) {
    write(collection, names.subList(0, BATCH_POINTS));
    for (var name : names.subList(0, SEARCHES)) {
      var _ = collection.search(embedder.embed(name.name())).k(HITS).run();
      var _ = collection.get(name.id());
    }
  }

  private void write(Collection collection, List<UnicodeName> written) {
    for (int from = 0; from < written.size(); from += BATCH_POINTS) {
      var batch = written.subList(from, Math.min(written.size(), from + BATCH_POINTS));
      var _ =
          collection.upsert(
              batch.stream()
                  .map(name -> Point.of(name.id(), embedder.embed(name.name())))
                  .toList());
    }
  }
}
