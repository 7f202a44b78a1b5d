package io.quiverdb.raft;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;

/// Tells a leader that a snapshot is on its way a little later than Ratis does.
///
/// A leader asks again as soon as it is told, each time by a new call, up to a hundred times a
/// second (`GrpcLogAppender.notifyInstallSnapshot`, release 3.3.0): much of what two small nodes
/// compute meanwhile. Until it is told it waits, and between two calls sends a heartbeat.
final class UnhurriedAnswers<Q, A> extends SimpleForwardingServerCall<Q, A> {
  /// Much shorter than an election timeout: the leader sends this member nothing else meanwhile. On
  /// a thread of its own, for what waits for one of a pool can come too late.
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(
          100, TimeUnit.MILLISECONDS, task -> Thread.ofVirtual().start(task));

  private final Executor later;
  private CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);

  UnhurriedAnswers(ServerCall<Q, A> call) {
    this(call, LATER);
  }

  /// @param later runs what it is given after a while
  UnhurriedAnswers(ServerCall<Q, A> call, Executor later) {
    super(call);
    this.later = later;
  }

  @Override
  public void sendMessage(A message) {
    if (((InstallSnapshotReplyProto) message).getResult() == InstallSnapshotResult.IN_PROGRESS) {
      sent = sent.thenRunAsync(() -> super.sendMessage(message), later);
    } else {
      sent = sent.thenRun(() -> super.sendMessage(message));
    }
  }

  /// Whatever became of the answers before.
  @Override
  public void close(Status status, Metadata trailers) {
    sent = sent.handle((_, _) -> null).thenRun(() -> super.close(status, trailers));
  }
}
