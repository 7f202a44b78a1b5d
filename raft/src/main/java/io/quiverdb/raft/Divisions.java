package io.quiverdb.raft;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServer.Division;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.util.ExitUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one Ratis server of a node, with what stands before its port: it has a division for each
/// replica that is open.
///
/// Divisions are opened and closed under the lock of [GroupServer].
final class Divisions {
  private static final Logger log = LoggerFactory.getLogger(Divisions.class);
  private static final int SNAPSHOT_TIMEOUT_MILLIS = 60_000;

  private final ClientId proposer = ClientId.randomId();
  private final StateMachines machines;
  private final Candidacy candidacy;
  private final Gate snapshotNotifications = new Gate();
  private final RaftServer server;

  /// Finds the groups whose directories are there, and does not start yet.
  ///
  /// @param machines those of these groups among them
  Divisions(
      NodeId self,
      Optional<PeerTls> tls,
      RaftProperties properties,
      StateMachines machines,
      Floors floors)
      throws IOException {
    this.machines = machines;
    this.candidacy = new Candidacy(new Candidates(this::server, proposer, floors));
    this.server =
        RaftServer.newBuilder()
            .setServerId(RaftPeerId.valueOf(self.toString()))
            .setStateMachineRegistry(machines::of)
            .setOption(StartupOption.RECOVER)
            .setProperties(properties)
            .setParameters(
                RatisSettings.consensusOnly(
                    consensusCalls(), new CertifiedRequests(self, tls), tls))
            .build();
  }

  /// A failed start leaves threads running: it is to be closed.
  void start() throws IOException {
    server.start();
  }

  void close() throws IOException {
    server.close();
  }

  boolean alive() {
    return server.getLifeCycleState().isRunning();
  }

  RaftServer server() {
    return server;
  }

  /// Of what this node asks of its server.
  ClientId proposer() {
    return proposer;
  }

  Candidacy candidacy() {
    return candidacy;
  }

  /// @throws IOException if there is none
  Division of(RaftGroupId id) throws IOException {
    return server.getDivision(id);
  }

  // --- opening and closing

  /// Opens the replica whose directory is there.
  ///
  /// @param members none for one whose directory tells, or that is to be added to its group
  void open(RaftGroupId id, GroupKey key, List<RaftPeer> members) throws IOException {
    boolean _ = snapshotNotifications.close();
    RaftClientReply reply;
    try {
      reply =
          server.groupManagement(
              GroupManagementRequest.newAdd(
                  proposer,
                  server.getId(),
                  CallId.getAndIncrement(),
                  RaftGroup.valueOf(id, members),
                  false));
    } finally {
      snapshotNotifications.open();
    }
    if (!reply.isSuccess()) {
      throw new IOException(key + ": not opened", reply.getException());
    }
  }

  /// Closes a replica; its files stay.
  void close(RaftGroupId id, GroupKey key) throws IOException {
    var reply =
        server.groupManagement(
            GroupManagementRequest.newRemove(
                proposer, server.getId(), CallId.getAndIncrement(), id, false, false));
    if (!reply.isSuccess()) {
      throw new IOException(key + ": not closed", reply.getException());
    }
  }

  /// Whether Ratis has it: an earlier attempt to close it may have got that far, or not.
  boolean has(RaftGroupId id) {
    for (var hosted : server.getGroupIds()) {
      if (hosted.equals(id)) {
        return true;
      }
    }
    return false;
  }

  /// Tells Ratis of a durable checkpoint, and Ratis deletes the log that this one holds.
  void publishCheckpoint(Replica replica) {
    var request =
        SnapshotManagementRequest.newCreate(
            proposer,
            server.getId(),
            replica.groupId(),
            CallId.getAndIncrement(),
            SNAPSHOT_TIMEOUT_MILLIS,
            1);
    var _ =
        server
            .snapshotManagementAsync(request)
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    log.warn("checkpoint not published group={}", replica.key(), failure);
                  }
                });
  }

  // --- before the port

  private ConsensusCalls consensusCalls() {
    var logs = new DivisionLogs(this::server, machines::find);
    return new ConsensusCalls(
        snapshotNotifications,
        id -> machines.of(id).forceVote(),
        new Acknowledgements(logs),
        new LeaderCommits(logs),
        candidacy,
        new VainNotifications(
            (group, leader, index) -> machines.of(group).needsSnapshot(leader, index)),
        this::mayTakeConfiguration);
  }

  /// Not while entries are to be applied: whoever applies them writes configurations to the same
  /// file. (Those that are not in the log yet may be on their way to it. That one of them changes
  /// the members, and is committed, a leader may know that has the log; whoever sends a
  /// notification has not.) And not of a leader that was deposed, or one that was late: the members
  /// of before would elect a second one.
  private boolean mayTakeConfiguration(RaftGroupId id, InstallSnapshotRequestProto notification) {
    try {
      var division = of(id);
      var last = division.getRaftLog().getLastEntryTermIndex();
      return !division.getInfo().isLeader()
          && (last == null || last.getIndex() <= division.getInfo().getLastAppliedIndex())
          && notification.getLeaderTerm() >= division.getInfo().getCurrentTerm()
          && notification.getLastRaftConfigurationLogEntryProto().getIndex()
              > division.getRaftConf().getLogEntryIndex();
    } catch (IOException | IllegalStateException _) {
      // Not open, or not any more.
      return false;
    }
  }

  // --- the process

  /// Ratis ends the process if it cannot listen. It is told that it may not
  /// ([#keepRatisFromExiting]), and the port is tried before, for a message that says what is
  /// wrong.
  static void requireFree(String host, int port) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new IOException("raft address %s:%d: %s".formatted(host, port, e.getMessage()), e);
    }
  }

  /// Before any of Ratis is begun.
  static void keepRatisFromExiting() {
    var handler = Thread.getDefaultUncaughtExceptionHandler();
    ExitUtils.disableSystemExit();
    // Loading that class had set one that ends the process.
    Thread.setDefaultUncaughtExceptionHandler(handler);
  }
}
