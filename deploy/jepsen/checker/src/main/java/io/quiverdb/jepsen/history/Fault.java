package io.quiverdb.jepsen.history;

import java.util.List;

/// Something that a nemesis does to a cluster.
///
/// @param id tells it from all others of the history
/// @param kind the name of the nemesis
/// @param nodes those it is done to
/// @param value what else there is to say of it, for people; may be empty
public record Fault(long id, String kind, List<String> nodes, String value) {
  public Fault {
    nodes = List.copyOf(nodes);
  }
}
