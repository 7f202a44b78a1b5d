package io.quiverdb.node.peer;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.quiverdb.node.peer.PeerFailures.Asked;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/// Calls of one node over its channel: an answer, or the failure that the node had.
///
/// They are made in no gRPC context: that of an incoming call ends with it, and would take along a
/// call that others wait for too.
final class PeerCalls {
  private final String address;
  private final Supplier<CompletableFuture<ManagedChannel>> channel;
  private final Duration answerMax;

  /// @param channel of the node, asked for before each call
  /// @param answerMax how long a call may take; those who wait mostly have less patience
  PeerCalls(
      String address, Supplier<CompletableFuture<ManagedChannel>> channel, Duration answerMax) {
    this.address = address;
    this.channel = channel;
    this.answerMax = answerMax;
  }

  <I, O, T> CompletableFuture<T> call(
      MethodDescriptor<I, O> method, I request, Asked asked, Function<O, T> decode) {
    var answer = new CompletableFuture<T>();
    channel
        .get()
        .thenAccept(ready -> begin(ready, method, request, asked, decode, answer))
        .exceptionally(
            failure -> {
              answer.completeExceptionally(failure);
              return null;
            });
    return answer;
  }

  private <I, O, T> void begin(
      ManagedChannel ready,
      MethodDescriptor<I, O> method,
      I request,
      Asked asked,
      Function<O, T> decode,
      CompletableFuture<T> answer) {
    if (answer.isDone()) {
      return;
    }
    var sent = new AtomicBoolean();
    var call = newCall(ready, method, sent);
    ClientCalls.asyncUnaryCall(
        call,
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(O response) {
            T decoded;
            try {
              decoded = decode.apply(response);
            } catch (RuntimeException e) {
              answer.completeExceptionally(PeerFailures.unreadable(address, asked, e));
              return;
            }
            answer.complete(decoded);
          }

          @Override
          public void onError(Throwable failure) {
            answer.completeExceptionally(
                failure instanceof StatusRuntimeException status
                    ? PeerFailures.fromStatus(address, asked, status, sent.get())
                    : failure);
          }

          @Override
          public void onCompleted() {
            // The answer has come.
          }
        });
    // A caller that has given up frees what the call holds.
    var _ =
        answer.whenComplete(
            (_, _) -> {
              if (answer.isCancelled()) {
                call.cancel("given up by its caller", null);
              }
            });
  }

  private <I, O> ClientCall<I, O> newCall(
      ManagedChannel ready, MethodDescriptor<I, O> method, AtomicBoolean sent) {
    var before = Context.ROOT.attach();
    try {
      return ready.newCall(
          method,
          CallOptions.DEFAULT
              .withDeadlineAfter(answerMax)
              .withStreamTracerFactory(new SentTracer(sent)));
    } finally {
      Context.ROOT.detach(before);
    }
  }

  /// Notes that a call got hold of a connection: before that, nothing can have been done.
  private static final class SentTracer extends ClientStreamTracer.Factory {
    private final AtomicBoolean sent;

    SentTracer(AtomicBoolean sent) {
      this.sent = sent;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void streamCreated(Attributes transport, Metadata sentHeaders) {
          sent.set(true);
        }
      };
    }
  }
}
