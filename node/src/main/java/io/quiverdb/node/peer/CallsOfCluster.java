package io.quiverdb.node.peer;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Nodes say which cluster they are of, and do not answer those of another: a node of a cluster
/// that was recovered elsewhere has the addresses of the recovered one, and names its shards by the
/// same numbers.
final class CallsOfCluster {
  private static final Logger log = LoggerFactory.getLogger(CallsOfCluster.class);

  private static final Metadata.Key<String> CLUSTER =
      Metadata.Key.of("quiver-cluster", Metadata.ASCII_STRING_MARSHALLER);

  private CallsOfCluster() {}

  /// @param cluster of this node, if it knows it
  static ClientInterceptor outgoing(Supplier<Optional<UUID>> cluster) {
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
          @Override
          public void start(Listener<A> responses, Metadata headers) {
            cluster.get().ifPresent(id -> headers.put(CLUSTER, id.toString()));
            super.start(responses, headers);
          }
        };
      }
    };
  }

  /// Refuses what only members ask of each other, if the caller says that it is of another cluster.
  ///
  /// @param cluster of this node, if it knows it
  static ServerInterceptor incoming(Supplier<Optional<UUID>> cluster) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var said = headers.get(CLUSTER);
        var own = cluster.get().map(UUID::toString);
        boolean isOfAnother =
            said != null
                && own.filter(id -> !id.equals(said)).isPresent()
                && !CertifiedPeers.OF_STRANGERS.contains(call.getMethodDescriptor());
        if (!isOfAnother) {
          return next.startCall(call, headers);
        }
        String refusal = "caller: of cluster %s (expected: %s)".formatted(said, own.orElse(""));
        log.warn("peer call refused: {}", refusal);
        call.close(Status.PERMISSION_DENIED.withDescription(refusal), new Metadata());
        return new ServerCall.Listener<>() {};
      }
    };
  }
}
