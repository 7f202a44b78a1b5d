package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiverdb.api.v1.ErrorDetail;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ErrorCodeTest extends FakeClusterTest {
  private static final Map<ErrorCode, Class<? extends QuiverException>> EXCEPTIONS =
      Map.ofEntries(
          Map.entry(ErrorCode.INVALID_ARGUMENT, InvalidArgumentException.class),
          Map.entry(ErrorCode.NOT_FOUND, NotFoundException.class),
          Map.entry(ErrorCode.ALREADY_EXISTS, AlreadyExistsException.class),
          Map.entry(ErrorCode.PRECONDITION_FAILED, PreconditionFailedException.class),
          Map.entry(ErrorCode.UNAUTHENTICATED, UnauthenticatedException.class),
          Map.entry(ErrorCode.PERMISSION_DENIED, PermissionDeniedException.class),
          Map.entry(ErrorCode.NOT_LEADER, UnavailableException.class),
          Map.entry(ErrorCode.STALE_EPOCH, UnavailableException.class),
          Map.entry(ErrorCode.RESOURCE_EXHAUSTED, ResourceExhaustedException.class),
          Map.entry(ErrorCode.UNAVAILABLE, UnavailableException.class),
          Map.entry(ErrorCode.DEADLINE_EXCEEDED, DeadlineExceededException.class),
          Map.entry(ErrorCode.OUTCOME_UNKNOWN, OutcomeUnknownException.class),
          Map.entry(ErrorCode.DATA_CORRUPT, DataCorruptException.class),
          Map.entry(ErrorCode.INTERNAL, InternalException.class));

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeHasItsException(ErrorCode code) {
    ErrorDetail detail =
        ErrorDetail.newBuilder()
            .setCode(io.quiverdb.api.v1.ErrorCode.valueOf(code.name()))
            .setMessage("what was wrong (expected: what was expected)")
            .setReason("why")
            .setRetrySafe(true)
            .build();
    cluster.nodes().forEach(node -> node.always("getStatus", Fault.answering(detail)));

    QuiverException thrown =
        catchThrowableOfType(
            QuiverException.class, () -> clientUntil("getStatus", 2).cluster().status());

    assertThat(thrown).isExactlyInstanceOf(EXCEPTIONS.get(code));
    assertThat(thrown.code()).isEqualTo(code);
    assertThat(thrown.reason()).contains("why");
    assertThat(thrown.retrySafe()).isTrue();
    assertThat(thrown).hasMessageStartingWith("what was wrong (expected: what was expected)");
  }

  @Test
  void codesAreThoseOfTheContract() {
    assertThat(ErrorCode.values())
        .extracting(Enum::name)
        .containsExactlyElementsOf(
            java.util.Arrays.stream(io.quiverdb.api.v1.ErrorCode.values())
                .map(Enum::name)
                .filter(name -> !name.equals("ERROR_CODE_UNSPECIFIED"))
                .filter(name -> !name.equals("UNRECOGNIZED"))
                .toList());
  }

  @Test
  void stackTraceShowsWhoCalled() {
    QuiverException thrown =
        catchThrowableOfType(NotFoundException.class, () -> client().collection("none").info());

    assertThat(thrown.getStackTrace()[0].getClassName()).isEqualTo(Collection.class.getName());
    assertThat(thrown.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(ErrorCodeTest.class.getName()));
  }
}
