package io.quiverdb.client;

import com.google.protobuf.Any;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import java.util.Optional;

/// How a node of the fake cluster meets one request instead of just answering it.
///
/// @param applies whether it does the work first
/// @param dies whether it dies then
/// @param answer what it answers; nothing, ever, if empty
record Fault(boolean applies, boolean dies, Optional<StatusRuntimeException> answer) {
  static Fault answering(ErrorDetail detail) {
    return new Fault(false, false, Optional.of(exception(detail)));
  }

  static Fault answering(ErrorCode code) {
    return answering(detail(code));
  }

  static Fault answering(Status status) {
    return new Fault(false, false, Optional.of(status.asRuntimeException()));
  }

  static Fault overloaded() {
    return answering(detail(ErrorCode.RESOURCE_EXHAUSTED).toBuilder().setRetrySafe(true).build());
  }

  static Fault notLeader(String leaderAddress) {
    return answering(
        detail(ErrorCode.NOT_LEADER).toBuilder().setLeaderAddress(leaderAddress).build());
  }

  static Fault notFormed() {
    return answering(detail(ErrorCode.UNAVAILABLE).toBuilder().setReason("not_formed").build());
  }

  static Fault applyingThenAnswering(ErrorCode code) {
    return new Fault(true, false, Optional.of(exception(detail(code))));
  }

  /// The reply is lost, as by a connection that broke.
  static Fault applyingThenLosingReply() {
    return new Fault(true, false, Optional.of(Status.UNAVAILABLE.asRuntimeException()));
  }

  static Fault losingRequest() {
    return new Fault(false, false, Optional.of(Status.UNAVAILABLE.asRuntimeException()));
  }

  static Fault applyingThenDying() {
    return new Fault(true, true, Optional.empty());
  }

  static Fault silence() {
    return new Fault(false, false, Optional.empty());
  }

  static ErrorDetail detail(ErrorCode code) {
    return ErrorDetail.newBuilder().setCode(code).setMessage("scripted " + code).build();
  }

  static ErrorDetail expired() {
    return detail(ErrorCode.OUTCOME_UNKNOWN).toBuilder().setReason("expired").build();
  }

  static StatusRuntimeException exception(ErrorDetail detail) {
    Status.Code code =
        switch (detail.getCode()) {
          case INVALID_ARGUMENT -> Status.Code.INVALID_ARGUMENT;
          case NOT_FOUND -> Status.Code.NOT_FOUND;
          case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
          default -> Status.Code.UNAVAILABLE;
        };
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(detail.getMessage())
            .addDetails(Any.pack(detail))
            .build());
  }
}
