package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.TestCluster;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/// Which nodes a nemesis turns to, of those that run.
enum Choice {
  /// Every other time one that leads a shard.
  ONE {
    @Override
    List<Integer> of(TestCluster cluster, RandomGenerator random) {
      boolean leader = random.nextBoolean();
      int shard = random.nextInt(cluster.shards());
      var any = shuffled(cluster, random).stream().limit(1).toList();
      return leader
          ? cluster.leaderOf(shard).filter(cluster.running()::contains).map(List::of).orElse(any)
          : any;
    }
  },
  MAJORITY {
    @Override
    List<Integer> of(TestCluster cluster, RandomGenerator random) {
      return shuffled(cluster, random).stream().limit(cluster.size() / 2 + 1).toList();
    }
  },
  ALL {
    @Override
    List<Integer> of(TestCluster cluster, RandomGenerator random) {
      return shuffled(cluster, random);
    }
  };

  abstract List<Integer> of(TestCluster cluster, RandomGenerator random);

  private static List<Integer> shuffled(TestCluster cluster, RandomGenerator random) {
    var nodes = new ArrayList<>(cluster.running());
    Collections.shuffle(nodes, Random.from(random));
    return List.copyOf(nodes);
  }
}
