package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import io.quiverdb.jepsen.net.Grudge;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Nodes that do not hear each other, while their clients hear them.
final class Partition implements Nemesis {
  private final String name;
  private final Shape shape;

  /// Who does not hear whom.
  @FunctionalInterface
  interface Shape {
    Grudge draw(TestCluster cluster, RandomGenerator random);
  }

  Partition(String name, Shape shape) {
    this.name = name;
    this.shape = shape;
  }

  static Grudge leader(TestCluster cluster, RandomGenerator random) {
    int shard = random.nextInt(cluster.shards());
    int any = random.nextInt(cluster.size());
    return Grudge.isolated(cluster.size(), cluster.leaderOf(shard).orElse(any));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.NET);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    var grudge = shape.draw(cluster, random);
    return new Harm() {
      @Override
      public List<Integer> nodes() {
        var alone = grudge.alone(cluster.size());
        return alone.size() == 1 ? alone : grudge.deaf();
      }

      @Override
      public String detail() {
        return grudge.toString();
      }

      @Override
      public void begin() {
        cluster.net().partition(grudge);
      }

      @Override
      public void end() {
        grudge
            .blocked()
            .forEach(link -> cluster.net().update(link, quality -> quality.withBlocked(false)));
      }
    };
  }
}
