package io.quiverdb.jepsen.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What a cluster is to be made of.
///
/// @param serve the command that runs a node, without its options
/// @param folder gets the nodes' folders
/// @param net what links are to be made of; looked at only with [Equipment#NET]
/// @param seed of what links do at random
public record ClusterPlan(
    List<String> serve,
    Path folder,
    int nodes,
    Set<Equipment> equipment,
    NetChoice net,
    long seed) {
  public ClusterPlan {
    serve = List.copyOf(serve);
    equipment = Set.copyOf(equipment);
  }

  /// What links are made of.
  public enum NetChoice {
    /// Network namespaces where they can be made, else proxies.
    AUTO,
    /// Network namespaces, or none.
    NAMESPACES,
    /// Proxies on loopback: everywhere alike.
    PROXIES;

    /// As the command line has it.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
