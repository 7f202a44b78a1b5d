package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.junit.jupiter.api.Test;

class ConsensusCallsTest {
  private final Gate gate = new Gate();
  private final NotificationCall call = new NotificationCall();
  private final List<String> passed = new ArrayList<>();

  /// A call of a leader that has no log for this member any more.
  private static final class NotificationCall
      extends ServerCall<InstallSnapshotRequestProto, InstallSnapshotReplyProto> {
    private final List<Status> ends = new ArrayList<>();

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(InstallSnapshotReplyProto message) {}

    @Override
    public void close(Status status, Metadata trailers) {
      ends.add(status);
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<InstallSnapshotRequestProto, InstallSnapshotReplyProto>
        getMethodDescriptor() {
      return RaftServerProtocolServiceGrpc.getInstallSnapshotMethod();
    }
  }

  private ServerCall.Listener<InstallSnapshotRequestProto> listener() {
    return new ConsensusCalls(gate)
        .interceptCall(
            call,
            new Metadata(),
            (_, _) ->
                new ServerCall.Listener<>() {
                  @Override
                  public void onMessage(InstallSnapshotRequestProto message) {
                    passed.add("message");
                  }

                  @Override
                  public void onHalfClose() {
                    passed.add("end");
                  }
                });
  }

  @Test
  void notificationReachesAReplicaThatIsOpen() {
    var listener = listener();

    listener.onMessage(InstallSnapshotRequestProto.getDefaultInstance());
    listener.onHalfClose();

    assertThat(passed).containsExactly("message", "end");
    assertThat(call.ends).isEmpty();
  }

  @Test
  void notificationIsRefusedOnceWhileAReplicaIsOpened() {
    boolean _ = gate.close();
    var listener = listener();

    listener.onMessage(InstallSnapshotRequestProto.getDefaultInstance());
    listener.onMessage(InstallSnapshotRequestProto.getDefaultInstance());
    listener.onHalfClose();

    assertThat(passed).isEmpty();
    assertThat(call.ends).extracting(Status::getCode).containsExactly(Status.Code.UNAVAILABLE);
  }
}
