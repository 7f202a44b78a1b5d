package io.quiverdb.jepsen.run;

import io.quiverdb.client.CollectionInfo;
import io.quiverdb.client.ErrorCode;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.jepsen.cluster.TestCluster;
import io.quiverdb.jepsen.workload.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/// What an operator does beside the clients: now and then all replicas of a collection write a
/// checkpoint and merge its segments. By themselves they would do so after minutes, and a run would
/// see rows in memory only.
final class Upkeep {
  private static final int PAUSE_MIN_MILLIS = 500;
  private static final int PAUSE_MAX_MILLIS = 3_000;

  private final TestCluster cluster;
  private final List<Workload> workloads;
  private final RandomGenerator random;
  private final Map<String, Long> mergedNanos = new HashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final LongAdder begunCount = new LongAdder();

  /// @param workloads whose collections are looked after
  Upkeep(TestCluster cluster, List<Workload> workloads, RandomGenerator random) {
    this.cluster = cluster;
    this.workloads = List.copyOf(workloads);
    this.random = random;
  }

  /// How many checkpoints and merges replicas have begun.
  long begunCount() {
    return begunCount.sum();
  }

  /// What nobody should answer, whatever is done to the nodes.
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /// One collection, and a pause.
  void step() throws InterruptedException {
    try (var client = cluster.glance()) {
      compactOne(client);
    } catch (QuiverException e) {
      // Whoever is down does nothing: that is no fault.
      if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.DATA_CORRUPT) {
        complaints.add("a checkpoint and merge that were asked for: " + e.getMessage());
      }
    }
    Thread.sleep(random.nextInt(PAUSE_MIN_MILLIS, PAUSE_MAX_MILLIS));
  }

  private void compactOne(QuiverClient client) {
    var names =
        client.collections().stream()
            .map(CollectionInfo::name)
            .filter(name -> workloads.stream().anyMatch(workload -> mayMerge(workload, name)))
            .toList();
    if (!names.isEmpty()) {
      var name = names.get(random.nextInt(names.size()));
      var begun = client.collection(name).compact();
      mergedNanos.put(name, System.nanoTime());
      begun.shards().stream()
          .flatMap(shard -> shard.replicas().stream())
          .filter(replica -> replica.error().isEmpty())
          .forEach(_ -> begunCount.increment());
    }
  }

  private boolean mayMerge(Workload workload, String collection) {
    if (!workload.owns(collection)) {
      return false;
    }
    var merged = mergedNanos.get(collection);
    return merged == null || System.nanoTime() - merged >= workload.mergePause().toNanos();
  }
}
