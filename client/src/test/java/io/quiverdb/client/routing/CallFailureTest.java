package io.quiverdb.client.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CallFailureTest {
  @Test
  void detailIsDecodedWhole() {
    ErrorDetail detail =
        ErrorDetail.newBuilder()
            .setCode(ErrorCode.PRECONDITION_FAILED)
            .setMessage("said")
            .setReason("request_id_reused")
            .setLeaderAddress("a:1")
            .setRetrySafe(true)
            .build();

    CallFailure failure = answered(detail);

    assertThat(failure.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
    assertThat(failure.message()).isEqualTo("said");
    assertThat(failure.reason()).isEqualTo("request_id_reused");
    assertThat(failure.leaderAddress()).contains("a:1");
    assertThat(failure.retrySafe()).isTrue();
  }

  @Test
  void codeOfANewerNodeBecomesTheNearestKnown() {
    ErrorDetail detail = ErrorDetail.newBuilder().setCodeValue(99).setMessage("said").build();

    CallFailure failure = answered(detail);

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.message()).isEqualTo("said");
  }

  @ParameterizedTest
  @EnumSource(
      value = ErrorCode.class,
      names = {"UNAVAILABLE", "NOT_LEADER", "STALE_EPOCH", "RESOURCE_EXHAUSTED", "NOT_FOUND"})
  void whatANodeSaysItHasNotDoneHasNoEffect(ErrorCode code) {
    assertThat(answered(ErrorDetail.newBuilder().setCode(code).build()).mayHaveTakenEffect())
        .isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = ErrorCode.class,
      names = {"OUTCOME_UNKNOWN", "DEADLINE_EXCEEDED", "INTERNAL", "DATA_CORRUPT"})
  void whatANodeCannotRuleOutMayHaveTakenEffect(ErrorCode code) {
    assertThat(answered(ErrorDetail.newBuilder().setCode(code).build()).mayHaveTakenEffect())
        .isTrue();
  }

  @Test
  void expiredAttemptHadNoEffectAndIsNotSentAgain() {
    CallFailure expired =
        answered(
            ErrorDetail.newBuilder()
                .setCode(ErrorCode.OUTCOME_UNKNOWN)
                .setReason("expired")
                .build());

    assertThat(expired.mayHaveTakenEffect()).isFalse();
    assertThat(expired.retryable()).isFalse();
  }

  @Test
  void overloadIsRetryableAndHadNoEffect() {
    CallFailure overloaded =
        answered(
            ErrorDetail.newBuilder()
                .setCode(ErrorCode.RESOURCE_EXHAUSTED)
                .setRetrySafe(true)
                .setRetryAfterMillis(250)
                .build());

    assertThat(overloaded.retryAfter()).isEqualTo(Duration.ofMillis(250));
    assertThat(overloaded.afterAttempts(2).retryAfter()).isEqualTo(Duration.ofMillis(250));
    assertThat(overloaded.retryable()).isTrue();
    assertThat(overloaded.mayHaveTakenEffect()).isFalse();
  }

  @Test
  void tooLargeForTheTransportIsNotRetryable() {
    Throwable tooLarge = Status.RESOURCE_EXHAUSTED.asRuntimeException();

    assertThat(CallFailure.ofTransport("a:1", tooLarge, true).retryable()).isFalse();
  }

  @Test
  void brokenConnectionMayHaveTakenEffectOnlyIfTheRequestWasSent() {
    Throwable broken = Status.UNAVAILABLE.asRuntimeException();

    assertThat(CallFailure.ofTransport("a:1", broken, true).mayHaveTakenEffect()).isTrue();
    assertThat(CallFailure.ofTransport("a:1", broken, false).mayHaveTakenEffect()).isFalse();
  }

  /// As gRPC says it of a connection that closes just when a call is begun on it.
  @Test
  void connectionThatClosesAsTheCallBeginsIsTriedAgain() {
    Throwable closed =
        Status.UNKNOWN
            .withDescription("channel closed")
            .withCause(new ClosedChannelException())
            .asRuntimeException();

    CallFailure failure = CallFailure.ofTransport("a:1", closed, true);

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.mayHaveTakenEffect()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Status.Code.class)
  void everyStatusWithoutDetailHasACode(Status.Code code) {
    CallFailure failure =
        CallFailure.ofTransport("a:1", code.toStatus().asRuntimeException(), true);

    assertThat(failure.code()).isNotIn(ErrorCode.ERROR_CODE_UNSPECIFIED, ErrorCode.UNRECOGNIZED);
    assertThat(failure.message()).contains("a:1", code.name());
  }

  private static CallFailure answered(ErrorDetail detail) {
    return CallFailure.ofTransport(
        "a:1",
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.UNAVAILABLE.value())
                .addDetails(Any.pack(detail))
                .build()),
        true);
  }
}
