package io.quiverdb.node.testing;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Asks over gRPC, and reads nothing of its answer before it is told to.
public final class IdleCaller<I, O> extends ClientCall.Listener<O> {
  private final ClientCall<I, O> call;
  private final CompletableFuture<Void> headers = new CompletableFuture<>();
  private final CompletableFuture<Status> status = new CompletableFuture<>();

  private IdleCaller(ClientCall<I, O> call) {
    this.call = call;
  }

  public static <I, O> IdleCaller<I, O> ask(
      Channel channel, MethodDescriptor<I, O> method, CallOptions options, I request) {
    var caller = new IdleCaller<I, O>(channel.newCall(method, options));
    caller.call.start(caller, new Metadata());
    caller.call.sendMessage(request);
    caller.call.halfClose();
    return caller;
  }

  @Override
  public void onHeaders(Metadata metadata) {
    headers.complete(null);
  }

  @Override
  public void onClose(Status closed, Metadata trailers) {
    status.complete(closed);
  }

  /// Until its answer is made.
  public void awaitHeaders() {
    headers.orTimeout(2, TimeUnit.MINUTES).join();
  }

  public void read() {
    call.request(2);
  }

  public void giveUp() {
    call.cancel("has had enough", null);
  }

  /// How its call has ended.
  public Status status() {
    return status.orTimeout(2, TimeUnit.MINUTES).join();
  }
}
