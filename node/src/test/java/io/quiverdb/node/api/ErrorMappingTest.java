package io.quiverdb.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.server.RequestTimeoutException;
import io.quiverdb.api.v1.ErrorCode;
import org.junit.jupiter.api.Test;

final class ErrorMappingTest {
  @Test
  void callWhoseTimeIsOverIsNoFailureOfTheNode() {
    assertThat(ErrorMapping.detailOf(RequestTimeoutException.get()).getCode())
        .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(ErrorMapping.detailOf(new IllegalStateException("broken")).getCode())
        .isEqualTo(ErrorCode.INTERNAL);
  }
}
