package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import io.quiverdb.jepsen.net.Impairment;
import io.quiverdb.jepsen.net.Link;
import io.quiverdb.jepsen.net.Quality;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Links between the nodes that delay, lose, double or reorder what is sent; half of them, drawn
/// anew each time, each direction by itself.
final class BadLinks implements Nemesis {
  private final String name;
  private final Impairment impairment;
  private final UnaryOperator<Quality> worse;
  private final UnaryOperator<Quality> better;

  /// @param worse makes a link bad
  /// @param better makes it good again in that respect
  BadLinks(
      String name,
      Impairment impairment,
      UnaryOperator<Quality> worse,
      UnaryOperator<Quality> better) {
    this.name = name;
    this.impairment = impairment;
    this.worse = worse;
    this.better = better;
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
  public Optional<String> obstacle(TestCluster cluster) {
    var missing = cluster.obstacle(Equipment.NET);
    if (missing.isPresent() || cluster.net().supports(impairment)) {
      return missing;
    }
    return Optional.of("links are " + cluster.net().describe());
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    var links = Link.amongNodes(cluster.size()).stream().filter(_ -> random.nextBoolean()).toList();
    return new Harm() {
      @Override
      public List<Integer> nodes() {
        return IntStream.range(0, cluster.size()).boxed().toList();
      }

      @Override
      public String detail() {
        return links.toString();
      }

      @Override
      public void begin() {
        links.forEach(link -> cluster.net().update(link, worse));
      }

      @Override
      public void end() {
        links.forEach(link -> cluster.net().update(link, better));
      }
    };
  }
}
