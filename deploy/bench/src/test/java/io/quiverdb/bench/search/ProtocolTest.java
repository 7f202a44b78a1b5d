package io.quiverdb.bench.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProtocolTest {
  @Test
  void whatIsAskedIsReadAsItWasWritten() {
    var filtered =
        Asked.with(48, Optional.of(new Filter("topic", "noun.animal")), 1000)
            .lasting(Duration.ofMillis(300));

    assertThat(parse(filtered)).isEqualTo(filtered);
    assertThat(parse(Asked.exactly(5))).isEqualTo(Asked.exactly(5));
  }

  private static Asked parse(Asked asked) {
    return Asked.parse(Arrays.asList(asked.toString().split(" ", -1)));
  }

  @Test
  void answersAreReadAsTheyWereWritten() {
    var answers = new Answers(6, 3_000_000_000L, 200, 900, new int[][] {{3, 1}, {}, {7}});

    var read = Answers.parse(answers.toString());

    assertThat(read.cpuNanos()).isEqualTo(3_000_000_000L);
    assertThat(read.p50Nanos()).isEqualTo(200);
    assertThat(read.p99Nanos()).isEqualTo(900);
    assertThat(read.found()).isDeepEqualTo(new int[][] {{3, 1}, {}, {7}});
    assertThat(read.perSecond()).isEqualTo(2);
  }
}
