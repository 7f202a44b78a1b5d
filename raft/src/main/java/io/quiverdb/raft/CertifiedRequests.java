package io.quiverdb.raft;

import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds every request of consensus to the node that it says it is from, which the sender's
/// certificate must name, and to the node that it is for. A vote or an acknowledgement of one node
/// that passed for another's would count twice.
final class CertifiedRequests implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger(CertifiedRequests.class);

  private final NodeId self;
  private final Optional<PeerTls> tls;

  /// @param tls without, whoever connects is believed
  CertifiedRequests(NodeId self, Optional<PeerTls> tls) {
    this.self = self;
    this.tls = tls;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var sender = tls.map(present -> certified(call, present));
    return new Held<>(next.startCall(call, headers), call, sender);
  }

  /// The node that the sender's certificate names; in words, if there is none.
  private static String certified(ServerCall<?, ?> call, PeerTls tls) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      if (session != null && session.getPeerCertificates()[0] instanceof X509Certificate given) {
        return tls.nodeOf().apply(given).map(NodeId::toString).orElse("no node");
      }
    } catch (SSLPeerUnverifiedException _) {
      // None was presented.
    }
    return "no node";
  }

  /// Passes requests on, and ends the call at the first one that it may not.
  private final class Held<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final Optional<String> sender;
    private boolean refused;

    Held(ServerCall.Listener<Q> listener, ServerCall<Q, ?> call, Optional<String> sender) {
      super(listener);
      this.call = call;
      this.sender = sender;
    }

    @Override
    public void onMessage(Q message) {
      var refusal = header(message).flatMap(this::refusal);
      if (!refused && refusal.isEmpty()) {
        super.onMessage(message);
      } else if (!refused) {
        refused = true;
        log.warn("consensus call refused: {}", refusal.get());
        call.close(Status.PERMISSION_DENIED.withDescription(refusal.get()), new Metadata());
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }

    private Optional<String> refusal(RaftRpcRequestProto header) {
      var requestor = text(header.getRequestorId());
      if (sender.isPresent() && !sender.get().equals(requestor)) {
        return Optional.of(
            "certificate: names %s (expected: node %s, which the request is from)"
                .formatted(sender.get(), requestor));
      }
      var addressee = text(header.getReplyId());
      return addressee.equals(self.toString())
          ? Optional.empty()
          : Optional.of(
              "request: for node %s (expected: for this node, %s)".formatted(addressee, self));
    }
  }

  private static String text(ByteString id) {
    return id.toStringUtf8();
  }

  /// Of what is part of consensus; the rest is refused elsewhere.
  private static Optional<RaftRpcRequestProto> header(Object message) {
    return switch (message) {
      case AppendEntriesRequestProto request -> Optional.of(request.getServerRequest());
      case RequestVoteRequestProto request -> Optional.of(request.getServerRequest());
      case InstallSnapshotRequestProto request -> Optional.of(request.getServerRequest());
      case StartLeaderElectionRequestProto request -> Optional.of(request.getServerRequest());
      case ReadIndexRequestProto request -> Optional.of(request.getServerRequest());
      default -> Optional.empty();
    };
  }
}
