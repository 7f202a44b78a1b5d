package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// A way to do harm to a cluster.
public interface Nemesis {
  /// As the command line and histories have it.
  String name();

  /// What the cluster must have been started with.
  default Set<Equipment> equipment() {
    return Set.of();
  }

  /// Whether it goes on beside all others, with pauses, instead of having its turn.
  default boolean lasts() {
    return false;
  }

  /// Why it cannot work on this machine, or with this cluster; empty if it can.
  default Optional<String> obstacle(TestCluster cluster) {
    return equipment().stream().flatMap(one -> cluster.obstacle(one).stream()).findFirst();
  }

  /// Chooses whom to harm, and how, by `random` and by who leads; does nothing yet.
  Harm choose(TestCluster cluster, RandomGenerator random);

  /// One fault, to be begun once and ended once.
  interface Harm {
    /// Numbers of the nodes it is done to.
    List<Integer> nodes();

    /// What else there is to say, for people; may be empty.
    default String detail() {
      return "";
    }

    void begin() throws IOException, InterruptedException;

    /// Undoes it as far as the nemesis did it. Called even if [#begin] failed half-way.
    void end() throws IOException, InterruptedException;
  }
}
