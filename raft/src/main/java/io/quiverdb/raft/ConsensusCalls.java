package io.quiverdb.raft;

import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stands before Ratis's port: refuses every call that is not part of consensus, and for a while
/// those that come at a wrong time, lets no vote out that a power cut could take back and no
/// acknowledgement of entries that are not here, no leader commit such, no replica stand for
/// election that is no member, and none refuse to vote because it does not know yet that it is one.
final class ConsensusCalls implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger(ConsensusCalls.class);
  private final Gate snapshotNotifications;
  private final Votes votes;
  private final Acknowledgements acknowledgements;
  private final LeaderCommits leaderCommits;
  private final Candidacy candidacy;
  private final VainNotifications vainNotifications;
  private final Configurations configurations;

  /// One notification of a group at a time: each may write the configuration that came with it, by
  /// one name before it is renamed (`RaftStorageImpl.writeRaftConfiguration`, release 3.3.0).
  private final Map<ByteString, Object> turns = new ConcurrentHashMap<>();

  /// Makes votes durable that were given.
  interface Votes {
    /// @throws java.io.UncheckedIOException if the disk fails
    void force(RaftGroupId group);
  }

  /// What replicas know of the members of their groups.
  interface Configurations {
    /// Whether a replica may take the configuration that a notification brings, which Ratis takes
    /// in place of its own whatever it answers. Without it, it comes again with the next one.
    boolean mayBeTaken(RaftGroupId group, InstallSnapshotRequestProto notification);
  }

  /// @param snapshotNotifications closed while Ratis opens a replica. A notification that reaches a
  ///   replica that is starting makes it begin to follow, and the start, which does so too, fails
  ///   and leaves half a replica behind (`RaftServerImpl.start`, release 3.3.0). Whoever is refused
  ///   asks again.
  ConsensusCalls(
      Gate snapshotNotifications,
      Votes votes,
      Acknowledgements acknowledgements,
      LeaderCommits leaderCommits,
      Candidacy candidacy,
      VainNotifications vainNotifications,
      Configurations configurations) {
    this.snapshotNotifications = snapshotNotifications;
    this.votes = votes;
    this.acknowledgements = acknowledgements;
    this.leaderCommits = leaderCommits;
    this.candidacy = candidacy;
    this.vainNotifications = vainNotifications;
    this.configurations = configurations;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var method = call.getMethodDescriptor();
    if (!RaftServerProtocolServiceGrpc.SERVICE_NAME.equals(method.getServiceName())) {
      call.close(Status.PERMISSION_DENIED, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    if (method.equals(RaftServerProtocolServiceGrpc.getRequestVoteMethod())) {
      return new Asking<>(next.startCall(new AfterForcing<>(call, votes), headers), call);
    }
    if (method.equals(RaftServerProtocolServiceGrpc.getAppendEntriesMethod())) {
      var stream = acknowledgements.stream();
      return new Limiting<>(next.startCall(new Noting<>(call, stream), headers), stream);
    }
    if (method.equals(RaftServerProtocolServiceGrpc.getInstallSnapshotMethod())) {
      var answering = new Answering<>(new UnhurriedAnswers<>(call), vainNotifications);
      return new Gated<>(next.startCall(answering, headers), answering, snapshotNotifications);
    }
    return next.startCall(call, headers);
  }

  /// Passes messages on while a gate is open, and ends the call at the first one that it may not.
  private final class Gated<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Answering<Q, ?> call;
    private final Gate gate;
    private boolean refused;

    Gated(ServerCall.Listener<Q> listener, Answering<Q, ?> call, Gate gate) {
      super(listener);
      this.call = call;
      this.gate = gate;
    }

    @Override
    public void onMessage(Q message) {
      call.asked(message);
      if (!refused && !gate.pass(() -> inTurn(message))) {
        refused = true;
        call.close(Status.UNAVAILABLE, new Metadata());
      }
    }

    @SuppressWarnings("unchecked") // What the method takes.
    private void inTurn(Q message) {
      var request = (InstallSnapshotRequestProto) message;
      var group = request.getServerRequest().getRaftGroupId();
      synchronized (turns.computeIfAbsent(group.getId(), _ -> new Object())) {
        delegate()
            .onMessage(
                configurations.mayBeTaken(ProtoUtils.toRaftGroupId(group), request)
                    ? message
                    : (Q) request.toBuilder().clearLastRaftConfigurationLogEntryProto().build());
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }

  /// Remembers what is asked until it is answered: a notification has a call of its own.
  private static final class Answering<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final VainNotifications notifications;
    private volatile InstallSnapshotRequestProto asked =
        InstallSnapshotRequestProto.getDefaultInstance();

    Answering(ServerCall<Q, A> call, VainNotifications notifications) {
      super(call);
      this.notifications = notifications;
    }

    void asked(Q message) {
      asked = (InstallSnapshotRequestProto) message;
    }

    @Override
    public void sendMessage(A message) {
      notifications.answered(asked, (InstallSnapshotReplyProto) message);
      super.sendMessage(message);
    }
  }

  /// Sees questions for votes before they are answered, and ends the call of one that must not be.
  private final class Asking<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private boolean refused;

    Asking(ServerCall.Listener<Q> listener, ServerCall<Q, ?> call) {
      super(listener);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      if (candidacy.asked((RequestVoteRequestProto) message)) {
        super.onMessage(message);
      } else {
        refused = true;
        call.close(Status.UNAVAILABLE, new Metadata());
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }

  /// Sends no granted vote before it is durable; none at all if it cannot be made so.
  private static final class AfterForcing<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final Votes votes;
    private boolean refused;

    AfterForcing(ServerCall<Q, A> call, Votes votes) {
      super(call);
      this.votes = votes;
    }

    @Override
    public void sendMessage(A message) {
      var reply = ((RequestVoteReplyProto) message).getServerReply();
      if (reply.getSuccess()) {
        try {
          votes.force(ProtoUtils.toRaftGroupId(reply.getRaftGroupId()));
        } catch (UncheckedIOException e) {
          log.error("vote withheld", e);
          refused = true;
          super.close(Status.INTERNAL, new Metadata());
          return;
        }
      }
      super.sendMessage(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!refused) {
        super.close(status, trailers);
      }
    }
  }

  /// Looks at what is acknowledged to leaders, and notes it.
  private final class Noting<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final Acknowledgements.Stream stream;
    private volatile boolean withheld;

    Noting(ServerCall<Q, A> call, Acknowledgements.Stream stream) {
      super(call);
      this.stream = stream;
    }

    @Override
    @SuppressWarnings("unchecked") // What the method answers.
    public void sendMessage(A message) {
      if (withheld) {
        return;
      }
      AppendEntriesReplyProto reply;
      try {
        reply = stream.answered((AppendEntriesReplyProto) message);
        candidacy.answered(reply);
      } catch (RuntimeException e) {
        // Ratis would wait for ever for this one to be sent; the leader sends again if it is told.
        log.warn("answer to a leader withheld", e);
        withheld = true;
        super.close(Status.INTERNAL, new Metadata());
        return;
      }
      super.sendMessage((A) reply);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!withheld) {
        super.close(status, trailers);
      }
    }
  }

  /// Takes out of what leaders send what may not be taken.
  private final class Limiting<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Acknowledgements.Stream stream;

    Limiting(ServerCall.Listener<Q> listener, Acknowledgements.Stream stream) {
      super(listener);
      this.stream = stream;
    }

    @Override
    @SuppressWarnings("unchecked") // What the method takes.
    public void onMessage(Q message) {
      var request = candidacy.taken((AppendEntriesRequestProto) message);
      stream.asked(request);
      super.onMessage((Q) leaderCommits.taken(request));
    }
  }
}
