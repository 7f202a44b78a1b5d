package io.quiverdb.jepsen.net;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One direction between two ends.
public record Link(End from, End to) {
  public Link {
    if (from.equals(to)) {
      throw new IllegalArgumentException("to: " + to + " (expected: another end than from)");
    }
  }

  public static Link between(int from, int to) {
    return new Link(End.node(from), End.node(to));
  }

  public static Link fromClients(int to) {
    return new Link(End.clients(), End.node(to));
  }

  public static Link toClients(int from) {
    return new Link(End.node(from), End.clients());
  }

  /// Both directions of every pair of nodes.
  public static List<Link> amongNodes(int nodes) {
    return ordered(IntStream.range(0, nodes).mapToObj(End::node).toList());
  }

  /// Both directions of every pair of ends.
  public static List<Link> all(int nodes) {
    return ordered(
        Stream.concat(IntStream.range(0, nodes).mapToObj(End::node), Stream.of(End.clients()))
            .toList());
  }

  public Link reverse() {
    return new Link(to, from);
  }

  @Override
  public String toString() {
    return from + " -> " + to;
  }

  private static List<Link> ordered(List<End> ends) {
    var links = new ArrayList<Link>();
    for (var from : ends) {
      for (var to : ends) {
        if (!from.equals(to)) {
          links.add(new Link(from, to));
        }
      }
    }
    return List.copyOf(links);
  }
}
