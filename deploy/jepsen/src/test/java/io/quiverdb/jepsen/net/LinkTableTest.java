package io.quiverdb.jepsen.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LinkTableTest {
  private static final Link LINK = Link.between(0, 1);

  private final LinkTable links = new LinkTable(3, EnumSet.allOf(Impairment.class));

  @Test
  void aNetworkThatHasFailedRefusesEveryChange() {
    var cause = new IOException("device gone");
    links.fail(cause);

    assertThatThrownBy(() -> links.update(LINK, quality -> quality.withBlocked(true)))
        .isInstanceOf(IllegalStateException.class)
        .hasCause(cause);
    assertThatThrownBy(links::heal).isInstanceOf(IllegalStateException.class).hasCause(cause);
  }

  @Test
  void waitingForALinkEndsWithTheHeal() throws Exception {
    links.update(LINK, quality -> quality.withBlocked(true));
    var open = CompletableFuture.supplyAsync(this::awaitOpen);

    links.heal();

    assertThat(open.get(2, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void waitingForALinkThatStaysBlockedEnds() throws Exception {
    links.update(LINK, quality -> quality.withBlocked(true));

    assertThat(links.awaitOpen(List.of(LINK), 1)).isFalse();
    assertThat(links.awaitOpen(List.of(LINK.reverse()), 1)).isTrue();
  }

  @Test
  void whatADelayHoldsIsReleasedByTheHeal() throws Exception {
    links.update(LINK, quality -> quality.withDelay(Duration.ofDays(1)));
    var delivered =
        CompletableFuture.runAsync(
            () -> awaitDelivery(System.nanoTime() + Duration.ofDays(1).toNanos()));

    links.heal();

    delivered.get(2, TimeUnit.MINUTES);
  }

  @Test
  void badQualitiesAreRefused() {
    assertThatThrownBy(() -> Quality.GOOD.withLoss(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("loss: 1.5 (expected: 0 to 1)");
    assertThatThrownBy(() -> Quality.GOOD.withReordering(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("reordering: NaN (expected: 0 to 1)");
    assertThatThrownBy(() -> Quality.GOOD.withJitter(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("jitter: PT-0.001S (expected: not negative)");
  }

  private boolean awaitOpen() {
    try {
      return links.awaitOpen(List.of(LINK), TimeUnit.MINUTES.toMillis(2));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitDelivery(long due) {
    try {
      links.awaitDelivery(LINK, due);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
