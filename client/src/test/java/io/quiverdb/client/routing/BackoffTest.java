package io.quiverdb.client.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  @Test
  void pausesDoubleUpToTheLastAndAreJitteredByUpToHalf() {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("quiver.seed=" + seed);
    Backoff backoff = new Backoff(new Random(seed));

    long step = Backoff.FIRST_NANOS;
    for (int attempt = 0; attempt < 20; attempt++) {
      assertThat(backoff.nextNanos()).isBetween(step / 2, step);
      step = Math.min(Backoff.LAST_NANOS, step * 2);
    }
  }

  @Test
  void noPauseIsShorterThanWhatANodeAskedForNorTheSameForAll() {
    Backoff backoff = new Backoff(new Random(7));
    long asked = Backoff.FIRST_NANOS * 5;

    for (int attempt = 0; attempt < 20; attempt++) {
      assertThat(backoff.nextNanos(asked))
          .isBetween(asked, Math.max(asked * 3 / 2, Backoff.LAST_NANOS));
    }
    assertThat(backoff.nextNanos(Backoff.LAST_NANOS * 2))
        .isNotEqualTo(backoff.nextNanos(Backoff.LAST_NANOS * 2));
  }

  @Test
  void pausesFollowFromTheRandomnessGiven() {
    Backoff one = new Backoff(new Random(7));
    Backoff other = new Backoff(new Random(7));

    for (int attempt = 0; attempt < 20; attempt++) {
      assertThat(one.nextNanos()).isEqualTo(other.nextNanos());
    }
  }
}
