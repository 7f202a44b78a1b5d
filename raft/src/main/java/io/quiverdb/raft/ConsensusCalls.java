package io.quiverdb.raft;

import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/// Stands before Ratis's port: refuses every call that is not part of consensus, and for a while
/// those that come at a wrong time.
final class ConsensusCalls implements ServerInterceptor {
  private final Gate snapshotNotifications;

  /// @param snapshotNotifications closed while Ratis opens a replica. A notification that reaches a
  ///   replica that is starting makes it begin to follow, and the start, which does so too, fails
  ///   and leaves half a replica behind (`RaftServerImpl.start`, release 3.3.0). Whoever is refused
  ///   asks again.
  ConsensusCalls(Gate snapshotNotifications) {
    this.snapshotNotifications = snapshotNotifications;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var method = call.getMethodDescriptor();
    if (!RaftServerProtocolServiceGrpc.SERVICE_NAME.equals(method.getServiceName())) {
      call.close(Status.PERMISSION_DENIED, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    var listener = next.startCall(call, headers);
    return method.equals(RaftServerProtocolServiceGrpc.getInstallSnapshotMethod())
        ? new Gated<>(listener, call, snapshotNotifications)
        : listener;
  }

  /// Passes messages on while a gate is open, and ends the call at the first one that it may not.
  private static final class Gated<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final Gate gate;
    private boolean refused;

    Gated(ServerCall.Listener<Q> listener, ServerCall<Q, ?> call, Gate gate) {
      super(listener);
      this.call = call;
      this.gate = gate;
    }

    @Override
    public void onMessage(Q message) {
      if (!refused && !gate.pass(() -> delegate().onMessage(message))) {
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
}
