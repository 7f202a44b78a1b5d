package io.quiverdb.cli.demo;

import io.quiverdb.cli.cluster.Readiness;
import io.quiverdb.cli.cluster.ReplicaVerification;
import io.quiverdb.cli.dataset.UnicodeName;
import io.quiverdb.cli.dataset.UnicodeNames;
import io.quiverdb.cli.local.EmergencyStop;
import io.quiverdb.cli.local.FreePorts;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.cli.local.NodesFolder;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.cli.transfer.PointDigest;
import io.quiverdb.client.Collection;
import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The main job, end to end: three nodes as processes, real data, searches, a leader killed under
/// writes, and the proof that nothing acknowledged was lost.
public final class Demo {
  private static final int NODES = 3;
  private static final int SHARDS = 3;
  private static final Map<String, String> NODE_ENVIRONMENT =
      Map.of("QUIVER_JAVA_OPTIONS", "-Xmx512m", "JAVA_HOME", System.getProperty("java.home"));

  private final DemoOptions options;
  private final PrintWriter out;
  private final Narration narration;

  /// @param good whether all that is promised holds
  /// @param json the figures
  public record Outcome(boolean good, String json) {}

  /// @param terminal whether `out` is one
  public Demo(DemoOptions options, PrintWriter out, boolean terminal) {
    this.options = options;
    this.out = out;
    this.narration = new Narration(out, terminal, System::nanoTime);
  }

  /// Whatever ends it, the nodes end too, unless they shall be kept and all went well.
  ///
  /// @throws LocalClusterException if it could not be carried to its end
  public Outcome run() throws IOException, InterruptedException {
    var folder = NodesFolder.create(options.folder());
    int nodes = options.joinFourth() ? NODES + 1 : NODES;
    var places =
        NodePlace.onLoopback(NODE_ENVIRONMENT, new FreePorts(new Random()).find(3 * nodes));
    var cluster = LocalCluster.prepare(options.serve(), folder.path(), places.subList(0, NODES));
    boolean good = false;
    var emergency = new EmergencyStop(() -> cluster.abandon(folder));
    try {
      var outcome = run(cluster, places.getLast());
      good = outcome.good;
      return outcome;
    } finally {
      if (good && options.keep()) {
        sayHowToUse(cluster, folder);
      } else {
        end(cluster, folder, good);
      }
      emergency.close();
    }
  }

  /// @param spare where the fourth node is to be, if one joins
  private Outcome run(LocalCluster cluster, NodePlace spare)
      throws IOException, InterruptedException {
    narration.say("Quiver demo: three nodes on this machine, real data, a leader that is killed.");
    narration.say(
        "Data is encrypted on disk and in the logs; connections between the nodes are not yet.");
    narration.say("Seed " + options.seed() + " fixes what is written and who is killed when.");
    cluster.start();
    try (var quiver = QuiverClient.builder().seeds(cluster.endpoints()).plaintext().build()) {
      form(cluster, quiver);
      var names = UnicodeNames.all();
      narration.step("Data: the names of %,d Unicode characters".formatted(names.size()));
      var collection = new DataLoad(quiver, narration).load(names);
      long points = collection.count();
      narration.step("Graphs, by which searches find their way");
      var index = new DemoIndex(collection, names);
      var searched = index.await();
      narration.detail(
          "%d of %d shards searched by a graph", searched.byGraph(), searched.shards());
      double recall = index.recallAtTen();
      narration.detail("of the ten nearest %.1f %% are found", 100 * recall);
      narration.step("Search");
      new DemoSearches(collection, byId(names)).print(out);
      var aftermath =
          new KillUnderWrites(cluster, quiver, narration)
              .run(
                  LeaderKill.plan(options.seed(), SHARDS, options.writes()),
                  new WriterPoints(options.seed()),
                  collection,
                  options.journal(),
                  options.writes());
      var readBack = readBack(collection, aftermath);
      var verification = new Recovery(cluster, quiver, narration).run(aftermath.victim());
      Optional<JoiningNode.Joined> joined =
          options.joinFourth()
              ? Optional.of(
                  new JoiningNode(cluster, quiver, narration).run(spare, DataLoad.COLLECTION))
              : Optional.empty();
      var report =
          report(
              points,
              aftermath,
              readBack,
              verification,
              quiver.cluster().status().encrypted(),
              joined,
              recall);
      return new Outcome(summarise(report, names.size()), report.toJson());
    }
  }

  private void form(LocalCluster cluster, QuiverClient quiver) throws InterruptedException {
    narration.step("Cluster");
    for (var node : cluster.nodes()) {
      cluster.awaitListening(node, Waiting.LIMIT);
      narration.detail(
          "node %d  %s  pid %d  %s",
          node.number(), node.clientAddress(), node.process().pid(), node.folder());
    }
    var formed = quiver.cluster().init(SHARDS, NODES);
    Waiting.until(
        "the cluster is ready",
        () -> Readiness.of(quiver.cluster().topology(), quiver.cluster().status()),
        Readiness::isReady);
    narration.detail(
        "formed %s: %d shards, %d replicas of each",
        formed.clusterId(), formed.shards(), formed.replicationFactor());
  }

  private static Map<String, UnicodeName> byId(List<UnicodeName> names) {
    return names.stream().collect(Collectors.toMap(UnicodeName::id, Function.identity()));
  }

  private ReadBack.Verdict readBack(Collection collection, KillUnderWrites.Aftermath aftermath) {
    narration.step("Every acknowledged write is read back, while the killed node is down");
    var acknowledged = aftermath.acknowledged();
    var unknown = aftermath.unknownDigests();
    ReadBack.Verdict verdict;
    try (var progress = narration.progress("read")) {
      verdict =
          new ReadBack(
                  ids -> digests(collection, ids),
                  read -> progress.update(read, (double) read / acknowledged.size()))
              .verify(acknowledged, unknown);
    }
    narration.detail(
        "%,d read: %,d missing, %,d different; %,d more are of unknown fate",
        verdict.read(), verdict.missing().size(), verdict.different().size(), unknown.size());
    return verdict;
  }

  private static Map<String, String> digests(Collection collection, List<String> ids) {
    var digests = new HashMap<String, String>();
    for (var point : collection.get(ids)) {
      digests.put(point.id(), PointDigest.of(point.vector(), point.payloadJson()));
    }
    return digests;
  }

  private static DemoReport report(
      long points,
      KillUnderWrites.Aftermath aftermath,
      ReadBack.Verdict readBack,
      ReplicaVerification verification,
      boolean encrypted,
      Optional<JoiningNode.Joined> joined,
      double recall) {
    return new DemoReport(
        points,
        aftermath.acknowledged().size(),
        aftermath.clock().countAfterKill(aftermath.acknowledged()),
        aftermath.unknownDigests().size(),
        readBack.lost(),
        1,
        aftermath.failover().toMillis(),
        verification.nodesVerified().size(),
        verification.allEqual(),
        encrypted,
        joined,
        recall);
  }

  private boolean summarise(DemoReport report, int pointsExpected) throws IOException {
    narration.step("Summary");
    narration.detail("points loaded            %,d", report.points());
    narration.detail(
        "acknowledged to writers  %,d, of which %,d after the kill",
        report.acknowledgedWrites(), report.acknowledgedAfterKill());
    narration.detail(
        "lost                     %,d   (unknown fate: %,d)",
        report.lostWrites(), report.unknownWrites());
    narration.detail("writes stood still for   %,d ms", report.failoverMillis());
    narration.detail(
        "replicas                 %d of %d nodes equal to their leaders",
        report.verifiedReplicas(), NODES);
    narration.detail("encrypted: %b", report.encrypted());
    narration.detail("recall of searches       %.4f", report.recallAtTen());
    if (options.json().isPresent()) {
      Files.writeString(options.json().get(), report.toJson());
    }
    var shortcomings = report.shortcomings(pointsExpected, NODES);
    shortcomings.forEach(shortcoming -> narration.detail("FAILED: %s", shortcoming));
    narration.say(shortcomings.isEmpty() ? "   All of it holds." : "   It does NOT hold.");
    return shortcomings.isEmpty();
  }

  private void sayHowToUse(LocalCluster cluster, NodesFolder folder) {
    var endpoint = cluster.nodes().getFirst().clientAddress();
    var pids =
        cluster.nodes().stream()
            .map(node -> String.valueOf(node.process().pid()))
            .collect(Collectors.joining(" "));
    narration.say("");
    narration.say("The cluster stays up, in " + folder.path() + ". Use it:");
    var quiver = System.getProperty("quiver.launcher", "quiver");
    narration.detail("%s status --endpoint %s", quiver, endpoint);
    narration.detail(
        "%s search %s --text \"thumbs up\" --with-payload --endpoint %s",
        quiver, DataLoad.COLLECTION, endpoint);
    narration.detail("curl http://%s/v1/collections/%s", endpoint, DataLoad.COLLECTION);
    narration.say("Stop it: kill " + pids);
  }

  /// What a run that did not go well has left is not thrown away.
  private void end(LocalCluster cluster, NodesFolder folder, boolean good) throws IOException {
    cluster.close();
    if (good) {
      folder.discard();
    } else {
      narration.say("The nodes' folders and logs are in " + folder.path());
    }
  }
}
