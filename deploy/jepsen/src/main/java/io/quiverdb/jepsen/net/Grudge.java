package io.quiverdb.jepsen.net;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Which nodes do not hear which others: the shape of a partition. Clients are never cut off, so
/// that they see what a node does that is.
///
/// The shapes are those of Jepsen (`jepsen.nemesis`), where a grudge says whom a node ignores.
public record Grudge(Set<Link> blocked) {
  public Grudge {
    blocked = Set.copyOf(blocked);
  }

  /// A majority and the rest, drawn at random; with an even number of nodes, two halves.
  ///
  /// @param nodes at least 2
  public static Grudge halves(int nodes, RandomGenerator random) {
    requireNodes(nodes, 2);
    var order = shuffled(nodes, random);
    return of(nodes, (from, to) -> isMinor(order, from) != isMinor(order, to));
  }

  /// As halves, but only one of the two is deaf to the other, whichever is drawn.
  ///
  /// @param nodes at least 2
  public static Grudge oneWay(int nodes, RandomGenerator random) {
    requireNodes(nodes, 2);
    var order = shuffled(nodes, random);
    boolean minorityIsDeaf = random.nextBoolean();
    return of(
        nodes,
        (from, to) ->
            isMinor(order, from) != isMinor(order, to) && isMinor(order, to) == minorityIsDeaf);
  }

  /// Every node hears a majority, itself counted, and no two hear the same one: each hears its
  /// neighbours on a ring of random order. Of three nodes, where both neighbours are all others,
  /// each hears only the one before it.
  ///
  /// @param nodes at least 3
  public static Grudge majoritiesRing(int nodes, RandomGenerator random) {
    requireNodes(nodes, 3);
    var order = shuffled(nodes, random);
    if (nodes == 3) {
      return of(nodes, (from, to) -> (order.get(from) + 1) % nodes != order.get(to));
    }
    int majority = nodes / 2 + 1;
    int reach = majority / 2;
    return of(nodes, (from, to) -> distance(order.get(from), order.get(to), nodes) > reach);
  }

  /// Two halves that reach each other only over one node, which reaches all.
  ///
  /// @param nodes at least 3
  public static Grudge bridge(int nodes, RandomGenerator random) {
    requireNodes(nodes, 3);
    var order = shuffled(nodes, random);
    int bridge = nodes / 2;
    return of(
        nodes,
        (from, to) ->
            Integer.signum(order.get(from) - bridge) * Integer.signum(order.get(to) - bridge) < 0);
  }

  /// One node, drawn at random, and the rest.
  ///
  /// @param nodes at least 2
  public static Grudge isolated(int nodes, RandomGenerator random) {
    requireNodes(nodes, 2);
    return isolated(nodes, random.nextInt(nodes));
  }

  /// One node, such as the leader, and the rest.
  public static Grudge isolated(int nodes, int node) {
    requireNodes(nodes, 2);
    if (node < 0 || node >= nodes) {
      throw new IllegalArgumentException("node: " + node + " (expected: 0 to " + (nodes - 1) + ")");
    }
    return of(nodes, (from, to) -> from == node || to == node);
  }

  /// Both directions between the sides, for a schedule that names them.
  public static Grudge between(Set<Integer> oneSide, Set<Integer> otherSide) {
    var links = new HashSet<Link>();
    for (int one : oneSide) {
      for (int other : otherSide) {
        links.add(Link.between(one, other));
        links.add(Link.between(other, one));
      }
    }
    return new Grudge(links);
  }

  /// Who does not hear some other, by number.
  public List<Integer> deaf() {
    return blocked.stream()
        .map(Link::to)
        .filter(End.Node.class::isInstance)
        .map(end -> ((End.Node) end).number())
        .distinct()
        .sorted()
        .toList();
  }

  /// Who hears nobody and is heard by nobody, of so many nodes.
  public List<Integer> alone(int nodes) {
    return IntStream.range(0, nodes)
        .filter(
            node ->
                IntStream.range(0, nodes)
                    .filter(other -> other != node)
                    .allMatch(
                        other ->
                            blocked.contains(Link.between(node, other))
                                && blocked.contains(Link.between(other, node))))
        .boxed()
        .toList();
  }

  /// Sorted, by numbers of nodes: `0>1 1>0`.
  @Override
  public String toString() {
    return blocked.stream()
        .map(link -> number(link.from()) + ">" + number(link.to()))
        .sorted()
        .collect(Collectors.joining(" "));
  }

  private static Grudge of(int nodes, BiPredicate<Integer, Integer> blocks) {
    var links = new HashSet<Link>();
    for (int from = 0; from < nodes; from++) {
      for (int to = 0; to < nodes; to++) {
        if (from != to && blocks.test(from, to)) {
          links.add(Link.between(from, to));
        }
      }
    }
    return new Grudge(links);
  }

  /// By number of the node, its place in a random order.
  private static List<Integer> shuffled(int nodes, RandomGenerator random) {
    var places = new ArrayList<>(IntStream.range(0, nodes).boxed().toList());
    for (int last = nodes - 1; last > 0; last--) {
      int drawn = random.nextInt(last + 1);
      int moved = places.get(last);
      places.set(last, places.get(drawn));
      places.set(drawn, moved);
    }
    return places;
  }

  private static boolean isMinor(List<Integer> order, int node) {
    return order.get(node) < order.size() / 2;
  }

  private static int distance(int one, int other, int nodes) {
    int steps = Math.floorMod(one - other, nodes);
    return Math.min(steps, nodes - steps);
  }

  private static String number(End end) {
    return switch (end) {
      case End.Node(int number) -> String.valueOf(number);
      case End.Clients() -> "clients";
    };
  }

  private static void requireNodes(int nodes, int least) {
    if (nodes < least) {
      throw new IllegalArgumentException("nodes: " + nodes + " (expected: at least " + least + ")");
    }
  }
}
