package io.quiverdb.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.ProtoUtils;

/// Notices that a leader tells a member again and again that it needs a snapshot, and is answered
/// that it has it.
///
/// To send an entry, a leader must know the term of the one before. If its log begins right behind
/// the last entry of a member, it knows that only if its own checkpoint ends there too. Else it
/// tells the member to install a snapshot from where its log begins, and Ratis answers by itself
/// that this is installed, as it ends right before (`LogAppender.shouldInstallSnapshot`,
/// `SnapshotInstallationHandler`; release 3.3.0). So it goes on, a hundred times a second, until
/// the leader deletes more of its log: the member gets nothing, and one that is being added is
/// never taken for caught up. What it needs is a checkpoint that holds a later entry.
final class VainNotifications {
  /// A member that is being added is told once, whatever it has.
  private static final int REPEATS_MIN = 3;

  private final Needs needs;
  private final Map<ByteString, Repeated> repeated = new ConcurrentHashMap<>();

  /// Answered how often in vain.
  private record Repeated(ByteString leader, long term, long firstIndex, int times) {
    Repeated and(Repeated next) {
      boolean isSame =
          leader.equals(next.leader) && term == next.term && firstIndex == next.firstIndex;
      return isSame ? new Repeated(leader, term, firstIndex, times + 1) : next;
    }
  }

  /// Hears what members need.
  interface Needs {
    /// @param leader its id
    /// @param index of an entry that a checkpoint must hold
    void tell(RaftGroupId group, String leader, long index);
  }

  VainNotifications(Needs needs) {
    this.needs = needs;
  }

  /// A member's answer to its leader.
  void answered(InstallSnapshotRequestProto request, InstallSnapshotReplyProto reply) {
    long firstIndex = request.getNotification().getFirstAvailableTermIndex().getIndex();
    if (!request.hasNotification()
        || reply.getResult() != InstallSnapshotResult.ALREADY_INSTALLED
        || reply.getSnapshotIndex() != firstIndex - 1) {
      return;
    }
    var asked = request.getServerRequest();
    var now =
        repeated.merge(
            asked.getRaftGroupId().getId(),
            new Repeated(asked.getRequestorId(), request.getLeaderTerm(), firstIndex, 1),
            Repeated::and);
    if (now.times >= REPEATS_MIN) {
      needs.tell(
          ProtoUtils.toRaftGroupId(asked.getRaftGroupId()),
          asked.getRequestorId().toStringUtf8(),
          firstIndex);
    }
  }
}
