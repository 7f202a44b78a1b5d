package io.quiverdb.node.peer;

import com.google.common.base.Throwables;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quiverdb.core.AnswerTooLargeException;
import io.quiverdb.node.peer.proto.PeerFailure;
import io.quiverdb.node.security.UntrustedException;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.ShardException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Failures between nodes: the same at the caller as at the node that failed, causes aside.
final class PeerFailures {
  private static final Logger log = LoggerFactory.getLogger(PeerFailures.class);

  private static final Metadata.Key<byte[]> FAILURE =
      Metadata.Key.of("quiver-peer-failure-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private PeerFailures() {}

  // --- at the node that failed

  static StatusRuntimeException toStatus(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    var known = encode(cause);
    if (known.isEmpty()) {
      log.error("peer call failed unexpectedly", cause);
      return Status.INTERNAL.withDescription("unexpected failure").asRuntimeException();
    }
    var trailers = new Metadata();
    trailers.put(FAILURE, known.get().toByteArray());
    return Status.FAILED_PRECONDITION
        .withDescription(known.get().getKind().name())
        .asRuntimeException(trailers);
  }

  private static Optional<PeerFailure> encode(Throwable failure) {
    var message = PeerFailure.newBuilder();
    message.setMessage(failure.getMessage() == null ? "" : failure.getMessage());
    switch (failure) {
      case ShardException.NotLeader e -> {
        message.setKind(PeerFailure.Kind.NOT_LEADER);
        e.leader().ifPresent(leader -> message.setLeader(PeerMessages.bytes(leader.uuid())));
      }
      case ShardException.Unavailable _ -> message.setKind(PeerFailure.Kind.UNAVAILABLE);
      case ShardException.Overloaded _ -> message.setKind(PeerFailure.Kind.OVERLOADED);
      case ShardException.OutcomeUnknown _ -> message.setKind(PeerFailure.Kind.OUTCOME_UNKNOWN);
      case ShardException.UnknownCollection _ ->
          message.setKind(PeerFailure.Kind.UNKNOWN_COLLECTION);
      case ShardException.StaleEpoch _ -> message.setKind(PeerFailure.Kind.STALE_EPOCH);
      case ShardException.Failed _ -> message.setKind(PeerFailure.Kind.FAILED);
      case IllegalArgumentException _ -> message.setKind(PeerFailure.Kind.INVALID_ARGUMENT);
      case AnswerTooLargeException _ -> message.setKind(PeerFailure.Kind.ANSWER_TOO_LARGE);
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(message.build());
  }

  /// One of several groups that a call is about.
  static PeerFailure refusal(ShardException why) {
    return encode(why).orElseThrow();
  }

  // --- at the caller

  /// What [#refusal(ShardException)] made.
  static ShardException refusal(GroupKey group, PeerFailure failure) {
    var cause = new IllegalStateException(failure.getKind().name());
    return decode(Asked.read(group), failure, cause) instanceof ShardException why
        ? why
        : new ShardException.Failed(failure.getMessage(), cause);
  }

  /// What a call asked for, as far as failures speak of it.
  ///
  /// @param changes whether the call may have an effect
  record Asked(String group, long collectionId, boolean changes) {
    static Asked read(Object group) {
      return new Asked(group.toString(), 0, false);
    }

    static Asked change(Object group) {
      return new Asked(group.toString(), 0, true);
    }

    Asked of(long collection) {
      return new Asked(group, collection, changes);
    }
  }

  /// @param sent whether the request may have left this node
  static RuntimeException fromStatus(
      String address, Asked asked, StatusRuntimeException status, boolean sent) {
    var trailers = status.getTrailers();
    byte[] failure = trailers == null ? null : trailers.get(FAILURE);
    if (failure != null) {
      try {
        return decode(asked, PeerFailure.parseFrom(failure), status);
      } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
        return unreadable(address, asked, e);
      }
    }
    var code = status.getStatus().getCode();
    String what = "node at " + address + ": " + code + refusal(status);
    // Who is denied permission is refused before anything is done.
    boolean isRefused = code == Status.Code.PERMISSION_DENIED;
    if (asked.changes() && sent && !isRefused) {
      return new ShardException.OutcomeUnknown(
          what + " after the request was sent; it may still take effect", status);
    }
    boolean isFailureThere =
        switch (status.getStatus().getCode()) {
          case INTERNAL, UNKNOWN, RESOURCE_EXHAUSTED, UNIMPLEMENTED -> !isOfTheConnection(status);
          default -> false;
        };
    return isFailureThere
        ? new ShardException.Failed(what, status)
        : new ShardException.Unavailable(what + " (expected: an answer)", status);
  }

  /// Why one of both was not believed, with two points before it. Of an alert of the other's
  /// nothing but its name is known: its log has more.
  private static String refusal(StatusRuntimeException status) {
    var causes = Throwables.getCausalChain(status);
    var here = causes.stream().filter(UntrustedException.class::isInstance).findFirst();
    var reason = here.or(() -> causes.stream().filter(SSLException.class::isInstance).findFirst());
    if (reason.isPresent()) {
      return ": " + reason.get().getMessage();
    }
    return status.getStatus().getCode() == Status.Code.PERMISSION_DENIED
        ? ": " + status.getStatus().getDescription()
        : "";
  }

  /// A connection that closes just when a call is begun on it makes gRPC say UNKNOWN.
  private static boolean isOfTheConnection(StatusRuntimeException status) {
    return status.getCause() instanceof IOException;
  }

  /// Of an answer that came and cannot be understood: what was asked may have been done.
  static RuntimeException unreadable(String address, Asked asked, Exception cause) {
    String what = "node at " + address + ": its answer cannot be read";
    return asked.changes()
        ? new ShardException.OutcomeUnknown(what + "; the change may have been made", cause)
        : new ShardException.Failed(what, cause);
  }

  private static RuntimeException decode(Asked asked, PeerFailure failure, RuntimeException cause) {
    return switch (failure.getKind()) {
      case NOT_LEADER ->
          new ShardException.NotLeader(
              asked.group(),
              failure.hasLeader()
                  ? Optional.of(PeerMessages.nodeId(failure.getLeader()))
                  : Optional.empty());
      case UNAVAILABLE -> new ShardException.Unavailable(failure.getMessage());
      case OVERLOADED -> new ShardException.Overloaded(failure.getMessage());
      case OUTCOME_UNKNOWN -> new ShardException.OutcomeUnknown(failure.getMessage());
      case UNKNOWN_COLLECTION -> new ShardException.UnknownCollection(asked.collectionId());
      case FAILED -> ShardException.Failed.elsewhere(failure.getMessage(), cause);
      case STALE_EPOCH -> new ShardException.StaleEpoch(failure.getMessage());
      case INVALID_ARGUMENT -> new IllegalArgumentException(failure.getMessage());
      case ANSWER_TOO_LARGE -> new AnswerTooLargeException();
      case KIND_UNSPECIFIED, UNRECOGNIZED ->
          asked.changes()
              ? new ShardException.OutcomeUnknown(failure.getMessage())
              : new ShardException.Failed(failure.getMessage(), cause);
    };
  }
}
