package io.quiverdb.cli.demo;

import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.Collection;
import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Sets writers to work, kills the leader of a shard at the planned moment, and lets the writers go
/// on until all shards take writes again and enough has been written.
final class KillUnderWrites {
  private static final int WRITERS = 4;
  private static final int ACKNOWLEDGED_AFTER_KILL = 2 * DemoReport.AFTER_KILL_MIN;
  private static final Duration MOMENT = Duration.ofMillis(100);

  private final LocalCluster cluster;
  private final QuiverClient quiver;
  private final Narration narration;

  KillUnderWrites(LocalCluster cluster, QuiverClient quiver, Narration narration) {
    this.cluster = cluster;
    this.quiver = quiver;
    this.narration = narration;
  }

  /// @param unknownDigests by id, of points that may be stored or not
  record Aftermath(
      LeaderKill.Victim victim,
      FailoverClock clock,
      List<Acknowledgement> acknowledged,
      Map<String, String> unknownDigests) {
    Duration failover() {
      return clock.worst(acknowledged).orElseThrow();
    }
  }

  /// @param wanted points acknowledged in all, at least
  Aftermath run(
      LeaderKill plan,
      WriterPoints points,
      Collection collection,
      Optional<Path> journal,
      int wanted)
      throws IOException, InterruptedException {
    narration.step(WRITERS + " writers, and the leader of a shard is killed");
    if (journal.isEmpty()) {
      return run(plan, points, collection, wanted, Optional.empty());
    }
    try (var file = Journal.create(journal.get())) {
      return run(plan, points, collection, wanted, Optional.of(file));
    }
  }

  private Aftermath run(
      LeaderKill plan,
      WriterPoints points,
      Collection collection,
      int wanted,
      Optional<Journal> journal)
      throws InterruptedException {
    var acknowledgements = new Acknowledgements();
    var target = new ClientWrites(quiver, collection);
    try (var writers = new Writers(target, points, acknowledgements, journal, System::nanoTime)) {
      writers.start(WRITERS);
      acknowledgements.await(plan.afterAcknowledged(), Waiting.LIMIT);
      Thread.sleep(plan.delayMillis());
      var victim = plan.choose(quiver.cluster().status());
      var clock = kill(victim, acknowledgements);
      int least = Math.max(wanted, acknowledgements.count() + ACKNOWLEDGED_AFTER_KILL);
      acknowledgements.await(least, Waiting.LIMIT);
      Waiting.until(
          "all shards take writes again",
          acknowledgements::snapshot,
          all -> clock.worst(all).isPresent());
      writers.stop();
      var all = acknowledgements.snapshot();
      sayGaps(clock, all);
      return new Aftermath(victim, clock, all, writers.unknownDigests());
    }
  }

  private FailoverClock kill(LeaderKill.Victim victim, Acknowledgements acknowledgements)
      throws InterruptedException {
    var node = cluster.at(victim.clientAddress());
    var clock = new FailoverClock(victim.shardTerms(), System.nanoTime());
    node.process().kill();
    narration.detail(
        "after %,d acknowledged points: SIGKILL to node %d (pid %d), which leads shard %s",
        acknowledgements.count(),
        node.number(),
        node.process().pid(),
        victim.shardTerms().keySet().stream()
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining(" and shard ")));
    return clock;
  }

  private void sayGaps(FailoverClock clock, List<Acknowledgement> all) {
    narration.detail("acknowledged writes, a sign for %d ms, │ is the kill:", MOMENT.toMillis());
    clock
        .gaps(all)
        .forEach(
            (shard, gap) ->
                narration.detail(
                    "shard %d  %s  none for %,d ms",
                    shard,
                    new WriteTimeline(MOMENT).draw(all, shard, clock.killNanos()),
                    gap.toMillis()));
  }
}
