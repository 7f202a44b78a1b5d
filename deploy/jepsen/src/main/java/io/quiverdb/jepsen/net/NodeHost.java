package io.quiverdb.jepsen.net;

import java.util.List;

/// Where a node is.
///
/// @param listen the address its servers bind
/// @param advertise the address under which everybody reaches it
/// @param commandPrefix goes before the command that starts the node, and is replaced by it: the
///   process keeps its id
/// @param loopback whether `listen` is a loopback address; a node that encrypts nothing refuses
///   others unless told
public record NodeHost(
    String listen, String advertise, List<String> commandPrefix, boolean loopback) {
  public NodeHost {
    commandPrefix = List.copyOf(commandPrefix);
  }
}
