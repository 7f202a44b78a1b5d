package io.quiverdb.node.peer;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.quiverdb.node.peer.proto.AdmitNodeRequest;
import io.quiverdb.node.peer.proto.PeerServiceGrpc;
import io.quiverdb.node.peer.proto.PeerStatus;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.PeerTls;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds nodes that call, and nodes that are called, to what their certificates say.
final class CertifiedPeers {
  private static final Logger log = LoggerFactory.getLogger(CertifiedPeers.class);

  /// What nodes ask of each other before they know that they are members of one cluster.
  static final Set<MethodDescriptor<?, ?>> OF_STRANGERS =
      Set.of(
          PeerServiceGrpc.getGetStatusMethod(),
          PeerServiceGrpc.getGetClaimMethod(),
          PeerServiceGrpc.getPutClaimMethod(),
          PeerServiceGrpc.getOpenGroupMethod(),
          PeerServiceGrpc.getAdmitNodeMethod());

  private final PeerTls tls;

  CertifiedPeers(PeerTls tls) {
    this.tls = tls;
  }

  /// Refuses calls of nodes that are no members, but for those that make them members.
  ServerInterceptor callers(Predicate<NodeId> isMember) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var caller = certified(call.getAttributes());
        boolean isKnown =
            caller.isPresent()
                && (OF_STRANGERS.contains(call.getMethodDescriptor())
                    || isMember.test(caller.get()));
        if (isKnown && call.getMethodDescriptor().equals(PeerServiceGrpc.getAdmitNodeMethod())) {
          return new Admission<>(next.startCall(call, headers), call, caller.get());
        }
        if (isKnown) {
          return next.startCall(call, headers);
        }
        String refusal =
            caller
                .map(node -> "node " + node + ": no member (expected: a member of this cluster)")
                .orElse("caller: without a certificate of a node (expected: with one)");
        log.warn("peer call refused: {}", refusal);
        call.close(Status.PERMISSION_DENIED.withDescription(refusal), new Metadata());
        return new ServerCall.Listener<>() {};
      }
    };
  }

  /// A node has itself admitted, and no other.
  private static final class Admission<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final NodeId caller;
    private boolean refused;

    Admission(ServerCall.Listener<Q> listener, ServerCall<Q, ?> call, NodeId caller) {
      super(listener);
      this.call = call;
      this.caller = caller;
    }

    @Override
    public void onMessage(Q message) {
      if (message instanceof AdmitNodeRequest request
          && request.getMember().getId().equals(PeerMessages.bytes(caller.uuid()))) {
        super.onMessage(message);
        return;
      }
      refused = true;
      call.close(
          Status.PERMISSION_DENIED.withDescription(
              "node " + caller + ": has another node admitted (expected: itself)"),
          new Metadata());
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }

  /// Takes the status of a node, which says who it is, only of the node that it is of.
  ClientInterceptor called() {
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
          @Override
          public void start(Listener<A> responses, Metadata headers) {
            super.start(new Held<>(this, responses), headers);
          }
        };
      }
    };
  }

  private final class Held<A> extends SimpleForwardingClientCallListener<A> {
    private final ClientCall<?, A> call;
    private Optional<String> refusal = Optional.empty();

    Held(ClientCall<?, A> call, ClientCall.Listener<A> responses) {
      super(responses);
      this.call = call;
    }

    @Override
    public void onMessage(A message) {
      if (message instanceof PeerStatus status) {
        var claimed = PeerMessages.status(status).self().id();
        var certified = certified(call.getAttributes());
        if (!certified.equals(Optional.of(claimed))) {
          refusal =
              Optional.of(
                  "certificate: names %s (expected: node %s, which it says it is)"
                      .formatted(certified.map(NodeId::toString).orElse("no node"), claimed));
          call.cancel(refusal.get(), null);
          return;
        }
      }
      super.onMessage(message);
    }

    /// The call may have ended well before it was cancelled.
    @Override
    public void onClose(Status status, Metadata trailers) {
      super.onClose(
          refusal.map(Status.PERMISSION_DENIED::withDescription).orElse(status), trailers);
    }
  }

  private Optional<NodeId> certified(Attributes transport) {
    SSLSession session = transport.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      return session != null && session.getPeerCertificates()[0] instanceof X509Certificate given
          ? tls.nodeOf().apply(given)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException _) {
      return Optional.empty();
    }
  }
}
