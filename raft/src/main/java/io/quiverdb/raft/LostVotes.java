package io.quiverdb.raft;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Which nodes have lost their votes for which groups, as far as they have told. A lost vote never
/// comes back under a node's id, so such a node is never to become a member of that group again;
/// and what is known of it once stays so.
public record LostVotes(Map<NodeId, Set<GroupKey>> byNode) {
  public static final LostVotes NONE = new LostVotes(Map.of());

  public LostVotes {
    byNode = Map.copyOf(byNode);
  }

  public static LostVotes of(Collection<NodeStatus> statuses) {
    var lost = NONE;
    for (var status : statuses) {
      lost = lost.with(status);
    }
    return lost;
  }

  /// And what a node tells.
  public LostVotes with(NodeStatus status) {
    var node = status.self().id();
    if (of(node).containsAll(status.lostVotes())) {
      return this;
    }
    var more = new HashMap<>(byNode);
    more.put(node, status.lostVotes());
    return new LostVotes(more);
  }

  public boolean isLost(GroupKey group, NodeId node) {
    return of(node).contains(group);
  }

  private Set<GroupKey> of(NodeId node) {
    return byNode.getOrDefault(node, Set.of());
  }
}
