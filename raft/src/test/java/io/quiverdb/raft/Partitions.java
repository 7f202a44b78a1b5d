package io.quiverdb.raft;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.util.CodeInjectionForTesting;

/// Cuts the links between nodes of this process, consensus included. Requests over a cut link are
/// held and go on when it is healed, as late messages do.
///
/// Node ids are unique, so several clusters may use it at once; Ratis's hooks are global.
public final class Partitions {
  private static final Set<Link> CUT = ConcurrentHashMap.newKeySet();
  private static final Set<Link> CONSENSUS_CUT = ConcurrentHashMap.newKeySet();
  private static final Map<String, Long> NEW_MEMBERS = new ConcurrentHashMap<>();

  private record Link(String one, String other) {
    static Link of(String a, String b) {
      return a.compareTo(b) < 0 ? new Link(a, b) : new Link(b, a);
    }
  }

  static {
    for (String point :
        new String[] {
          "RaftServerImpl.appendEntries",
          "RaftServerImpl.requestVote",
          "RaftServerImpl.startLeaderElection"
        }) {
      CodeInjectionForTesting.put(
          point,
          (local, remote, sent) -> {
            cutFromNewMember(local, remote, sent);
            return hold(local, remote);
          });
    }
  }

  private Partitions() {}

  public static void cut(NodeId one, NodeId other) {
    CUT.add(Link.of(one.toString(), other.toString()));
  }

  /// Cuts consensus only: what nodes ask each other directly goes through.
  public static void cutConsensus(NodeId one, NodeId other) {
    CONSENSUS_CUT.add(Link.of(one.toString(), other.toString()));
  }

  /// Cuts a node's consensus from the leader that sends it the entry that makes it a member, before
  /// it takes that.
  ///
  /// @param index of an entry before that one: it may have been a member before
  public static void cutWhenMadeMember(NodeId node, long index) {
    NEW_MEMBERS.put(node.toString(), index);
  }

  private static void cutFromNewMember(Object local, Object remote, Object[] sent) {
    String id = String.valueOf(local);
    Long before = NEW_MEMBERS.get(id);
    if (before != null && makesMember(id, before, sent)) {
      NEW_MEMBERS.remove(id);
      CONSENSUS_CUT.add(Link.of(id, String.valueOf(remote)));
    }
  }

  private static boolean makesMember(String id, long before, Object[] sent) {
    return Stream.of(sent)
        .filter(AppendEntriesRequestProto.class::isInstance)
        .map(AppendEntriesRequestProto.class::cast)
        .flatMap(request -> request.getEntriesList().stream())
        .filter(entry -> entry.hasConfigurationEntry() && entry.getIndex() > before)
        .flatMap(entry -> entry.getConfigurationEntry().getPeersList().stream())
        .anyMatch(peer -> peer.getId().toStringUtf8().equals(id));
  }

  public static boolean isCutConsensus(NodeId one, NodeId other) {
    return CONSENSUS_CUT.contains(Link.of(one.toString(), other.toString()));
  }

  public static void heal(NodeId one, NodeId other) {
    CUT.remove(Link.of(one.toString(), other.toString()));
    CONSENSUS_CUT.remove(Link.of(one.toString(), other.toString()));
    synchronized (CUT) {
      CUT.notifyAll();
    }
  }

  public static boolean isCut(NodeId one, NodeId other) {
    return CUT.contains(Link.of(one.toString(), other.toString()));
  }

  private static boolean hold(Object local, Object remote) {
    var link = Link.of(String.valueOf(local), String.valueOf(remote));
    if (!holds(link)) {
      return false;
    }
    if (Thread.currentThread().getName().endsWith("groupManagement")) {
      // It opens a group, and delivers what came for that meanwhile: not to be held, so it is lost.
      throw new IllegalStateException("link is cut: " + link);
    }
    synchronized (CUT) {
      while (holds(link)) {
        try {
          CUT.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return true;
        }
      }
    }
    return true;
  }

  private static boolean holds(Link link) {
    return CUT.contains(link) || CONSENSUS_CUT.contains(link);
  }
}
