package io.quiverdb.jepsen.run;

import io.quiverdb.cli.local.EmergencyStop;
import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.client.FileVerification;
import io.quiverdb.client.QuiverException;
import io.quiverdb.jepsen.checker.HistoryJudge;
import io.quiverdb.jepsen.cluster.ClusterPlan;
import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.HistoryWriter;
import io.quiverdb.jepsen.nemesis.Nemeses;
import io.quiverdb.jepsen.nemesis.Schedule;
import io.quiverdb.jepsen.workload.Session;
import io.quiverdb.jepsen.workload.Workload;
import io.quiverdb.jepsen.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One run, from the forming of a cluster to the judgement. In the folder of the run are then
/// `history.jsonl`, written as things happen, and the nodes' folders with their logs.
public final class Run {
  /// The beginning of a complaint.
  public static final String REPLICAS_DIFFER = "replicas differ";

  private static final int DAMAGES_TOLD = 3;

  private final RunOptions options;
  private final List<Workload> workloads;
  private final List<String> complaints = new ArrayList<>();

  public Run(RunOptions options) {
    this.options = options;
    this.workloads = options.workloads().stream().map(Workloads::create).toList();
  }

  /// @throws LocalClusterException if the cluster does not come up at all
  public RunResult execute() throws IOException, InterruptedException {
    var folder = Files.createDirectories(options.out()).toAbsolutePath();
    try (var writer = new HistoryWriter(Files.newBufferedWriter(folder.resolve("history.jsonl")));
        var cluster = cluster(folder);
        var _ = new EmergencyStop(cluster::killAll)) {
      if (options.endpoints().isEmpty()) {
        cluster.form();
      } else {
        cluster.requireAnswering();
      }
      return execute(cluster, new HistoryRecorder(sinceNow(), writer::write));
    }
  }

  private TestCluster cluster(Path folder) throws IOException {
    return options.endpoints().isEmpty()
        ? TestCluster.prepare(plan(folder))
        : TestCluster.at(options.endpoints(), folder);
  }

  private ClusterPlan plan(Path folder) {
    var equipment =
        options.nemeses().stream()
            .map(Nemeses::create)
            .flatMap(nemesis -> nemesis.equipment().stream())
            .collect(Collectors.toSet());
    return new ClusterPlan(
        options.serve(), folder, options.nodes(), equipment, options.net(), options.seed());
  }

  private static LongSupplier sinceNow() {
    long begunNanos = System.nanoTime();
    return () -> System.nanoTime() - begunNanos;
  }

  private RunResult execute(TestCluster cluster, HistoryRecorder recorder)
      throws IOException, InterruptedException {
    var seeds = new SplittableRandom(options.seed());
    var obstacles = Faults.obstacles(cluster, options.nemeses());
    var possible =
        options.nemeses().stream().filter(nemesis -> !obstacles.containsKey(nemesis)).toList();
    var schedule = schedule(possible, seeds.nextLong());
    var phases = phases(seeds.nextLong());
    var upkeep = new Upkeep(cluster, workloads, new SplittableRandom(seeds.nextLong()));
    prepare(cluster, recorder);
    try (var clients = new Clients(recorder, cluster, phases, seeds.nextLong())) {
      clients.start(workloads, options.concurrency(), upkeep);
      // Those of a scenario belong to its loads.
      Optional<LongSupplier> answered =
          options.scenario().isPresent() ? Optional.empty() : Optional.of(clients::answeredCount);
      var faults = new Faults(cluster, recorder, answered);
      faults.carryOut(schedule, options.time());
      faults.complaint().ifPresent(complaints::add);
      clients.awaitAnswered(
          options.operations(), options.time().multipliedBy(RunOptions.TIMES_AS_LONG_MAX - 1));
      clients.stop();
    }
    complaints.addAll(upkeep.complaints());
    long healedNanos = System.nanoTime();
    boolean recovered = recovers(cluster);
    var recovery = Duration.ofNanos(System.nanoTime() - healedNanos);
    if (recovered) {
      conclude(cluster, recorder);
      examine(cluster);
    }
    long snapshotsInstalled = 0;
    if (cluster.obstacle(Equipment.PROCESSES).isEmpty()) {
      var logs = new NodeLogs(cluster.processes(), cluster.damaged());
      complaints.addAll(logs.complaints());
      snapshotsInstalled = logs.snapshotsInstalled();
    }
    var tally =
        new Tally(
            upkeep.begunCount(),
            snapshotsInstalled,
            cluster.members().changesDecided(),
            cluster.members().renewedCount());
    var history = recorder.history();
    var findings =
        new HistoryJudge(Runtime.getRuntime().availableProcessors()).judge(history).findings();
    return new RunResult(
        options,
        history,
        findings,
        complaints,
        obstacles.entrySet().stream().map(skip -> skip.getKey() + ": " + skip.getValue()).toList(),
        shortfalls(Shortfalls.of(options, possible, history, schedule, findings, tally)),
        tally.sentences(possible),
        cluster.describeNet(),
        recovery);
  }

  private List<String> shortfalls(List<String> ofRun) {
    return Stream.concat(
            ofRun.stream(), workloads.stream().flatMap(workload -> workload.shortfall().stream()))
        .toList();
  }

  private Schedule schedule(List<String> possible, long seed) {
    return options
        .scenario()
        .map(scenario -> scenario.schedule(possible, seed))
        .orElseGet(() -> Schedule.draw(possible, options.time(), seed));
  }

  private Phases phases(long seed) {
    return options
        .scenario()
        .map(scenario -> new Phases(scenario.loads()))
        .orElseGet(() -> Phases.draw(options.time(), seed));
  }

  /// Processes below 0 are of before and after: no client has them.
  private void prepare(TestCluster cluster, HistoryRecorder recorder) {
    try (var operator = cluster.operator()) {
      var session = new Session(recorder, operator, "", "", -1, -2);
      workloads.forEach(workload -> workload.prepare(operator, session));
      if (session.unansweredCount() > 0) {
        throw new LocalClusterException("a question before all faults was not answered");
      }
    }
  }

  private boolean recovers(TestCluster cluster) throws IOException, InterruptedException {
    if (cluster.obstacle(Equipment.PROCESSES).isEmpty()) {
      for (int node : cluster.processes().ended()) {
        complaints.add(
            TestCluster.name(node)
                + " has ended by itself: "
                + cluster.processes().lastWords(node));
      }
    }
    try {
      cluster.recover();
      return true;
    } catch (LocalClusterException e) {
      complaints.add("the cluster does not recover, all faults over: " + e.getMessage());
      return false;
    }
  }

  private void conclude(TestCluster cluster, HistoryRecorder recorder) {
    try (var operator = cluster.operator()) {
      var session = new Session(recorder, operator, "", "", -2, -2);
      for (var workload : workloads) {
        int before = session.unansweredCount();
        workload.conclude(session);
        if (session.unansweredCount() > before) {
          complaints.add(workload.name() + ": a last question was not answered, all faults over");
        }
      }
    }
  }

  /// What must hold of the cluster when all is over.
  private void examine(TestCluster cluster) throws InterruptedException {
    try {
      var check = cluster.compareReplicas();
      if (!check.equal()) {
        complaints.add(REPLICAS_DIFFER + ": " + check);
      }
    } catch (LocalClusterException e) {
      complaints.add("replicas cannot be compared: " + e.getMessage());
    }
    try (var operator = cluster.operator()) {
      for (var info : operator.collections()) {
        var verification = operator.collection(info.name()).verify();
        if (!verification.intact()) {
          complaints.add("files of " + info.name() + ": " + damages(verification));
        }
      }
    } catch (QuiverException e) {
      complaints.add("the cluster does not answer when all is over: " + e.getMessage());
    }
  }

  /// So many that one sees what it is about.
  private static String damages(FileVerification verification) {
    return verification.shards().stream()
        .flatMap(
            shard ->
                shard.replicas().stream()
                    .flatMap(
                        replica ->
                            Stream.concat(replica.damages().stream(), replica.error().stream())
                                .map(what -> "shard %d: %s".formatted(shard.number(), what))))
        .limit(DAMAGES_TOLD)
        .collect(Collectors.joining(", "));
  }
}
