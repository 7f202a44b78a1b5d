package io.quiverdb.client.routing;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One connection per node, made when it is first used. Replies are handled on the network threads:
/// what hangs on them must not block.
final class Channels implements AutoCloseable {
  private static final int MESSAGE_BYTES_MAX = 96 << 20;
  private static final int CONNECT_TIMEOUT_MILLIS = 3_000;
  private static final int NETWORK_THREADS = 2;
  private static final int CLOSE_TIMEOUT_SECONDS = 5;

  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
  private final ClientSecurity security;
  private final MultiThreadIoEventLoopGroup network;
  private final Executor lookups;
  private volatile boolean closed;

  /// @param lookups resolves host names, which blocks
  Channels(ClientSecurity security, ThreadFactory threads, Executor lookups) {
    this.security = security;
    this.network =
        new MultiThreadIoEventLoopGroup(NETWORK_THREADS, threads, NioIoHandler.newFactory());
    this.lookups = lookups;
  }

  /// Asks one node once.
  ///
  /// @return fails with [CallFailure] only
  <Q, R> CompletableFuture<R> send(
      String address, MethodDescriptor<Q, R> method, Q request, long timeoutNanos) {
    if (closed) {
      return CompletableFuture.failedFuture(CallFailure.closed());
    }
    AtomicBoolean sent = new AtomicBoolean();
    Reply<R> reply = new Reply<>(address, sent);
    try {
      CallOptions options =
          CallOptions.DEFAULT
              .withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS)
              .withStreamTracerFactory(new SentTracer(sent));
      ClientCalls.asyncUnaryCall(channel(address).newCall(method, options), request, reply);
    } catch (CallFailure e) {
      return CompletableFuture.failedFuture(e);
    } catch (RuntimeException e) {
      reply.onError(e);
    }
    return reply.future;
  }

  /// Listens to one node until it ends the call, or the channels are closed.
  ///
  /// @return ends it
  /// @throws CallFailure if they are closed
  <Q, R> Runnable listen(
      String address, MethodDescriptor<Q, R> method, Q request, StreamObserver<R> observer) {
    ClientCall<Q, R> call = channel(address).newCall(method, CallOptions.DEFAULT);
    ClientCalls.asyncServerStreamingCall(call, request, observer);
    return () -> call.cancel("silent", null);
  }

  /// Whether the last try to connect failed. True for a node never asked.
  boolean looksReachable(String address) {
    ManagedChannel channel = channels.get(address);
    return channel == null || channel.getState(false) != ConnectivityState.TRANSIENT_FAILURE;
  }

  private ManagedChannel channel(String address) {
    ManagedChannel known = channels.get(address);
    ManagedChannel channel = known == null ? opened(address) : known;
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      // The pauses between attempts are ours: gRPC's own grow to minutes.
      channel.resetConnectBackoff();
    }
    return channel;
  }

  /// Locked against [#close]: a channel opened after it would never be shut down.
  private synchronized ManagedChannel opened(String address) {
    if (closed) {
      throw CallFailure.closed();
    }
    return channels.computeIfAbsent(address, this::open);
  }

  private ManagedChannel open(String text) {
    Address address = Address.parse(text);
    NettyChannelBuilder channel = NettyChannelBuilder.forAddress(address.host(), address.port());
    security.apply(channel);
    return channel
        .eventLoopGroup(network)
        .channelType(NioSocketChannel.class)
        .directExecutor()
        .offloadExecutor(lookups)
        .disableRetry()
        .disableServiceConfigLookUp()
        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .keepAliveTime(20, TimeUnit.SECONDS)
        .keepAliveTimeout(5, TimeUnit.SECONDS)
        .build();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    channels.values().forEach(ManagedChannel::shutdownNow);
    channels.values().forEach(Channels::awaitTermination);
    network
        .shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private static void awaitTermination(ManagedChannel channel) {
    try {
      channel.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Reply<R> implements StreamObserver<R> {
    final CompletableFuture<R> future = new CompletableFuture<>();
    private final String address;
    private final AtomicBoolean sent;
    private @Nullable R value;

    Reply(String address, AtomicBoolean sent) {
      this.address = address;
      this.sent = sent;
    }

    @Override
    public void onNext(R message) {
      value = message;
    }

    @Override
    public void onError(Throwable error) {
      future.completeExceptionally(CallFailure.ofTransport(address, error, sent.get()));
    }

    @Override
    public void onCompleted() {
      R message = value;
      if (message == null) {
        future.completeExceptionally(CallFailure.unanswered(address + ": an empty reply"));
      } else {
        future.complete(message);
      }
    }
  }

  /// Notes when a request is handed to a connection: a call that fails before that was not sent.
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
