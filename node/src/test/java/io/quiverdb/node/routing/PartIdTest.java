package io.quiverdb.node.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.RequestId;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartIdTest {
  private static final RequestId REQUEST =
      new RequestId(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));

  // Computed by an independent implementation.
  @ParameterizedTest
  @CsvSource({
    "0, 0, 532864bd-1d79-4dc0-93c6-0f3512231f8c",
    "2, 1, bb63cd36-b805-9ca2-b757-6032ed295c46",
    "4095, 17, 73c1d19d-3edc-acd8-2380-eb8ea1b86ea1"
  })
  void partIdIsTheOneOfTheContract(int shard, int ordinal, UUID expected) {
    assertThat(PartId.of(REQUEST, shard, ordinal).uuid()).isEqualTo(expected);
  }
}
