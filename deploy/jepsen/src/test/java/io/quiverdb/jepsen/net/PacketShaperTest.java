package io.quiverdb.jepsen.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.net.PacketShaper.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PacketShaperTest {
  private static final int PACKETS = 10_000;
  private static final long INTERVAL_NANOS = 1_000;

  @Test
  void aGoodLinkDeliversAtOnce() {
    assertThat(fates(Quality.GOOD, 1)).allSatisfy(fate -> assertThat(fate.copies()).isEqualTo(1));
    assertThat(due(fates(Quality.GOOD, 1), 5)).isEqualTo(5 * INTERVAL_NANOS);
  }

  @Test
  void aBlockedLinkDeliversNothing() {
    assertThat(fates(Quality.GOOD.withBlocked(true), 1))
        .allSatisfy(fate -> assertThat(fate.copies()).isZero());
  }

  @Test
  void packetsAreLostAndDoubledAsOftenAsAsked() {
    var fates = fates(Quality.GOOD.withLoss(0.3).withDuplication(0.1), 2);

    assertThat(fates.stream().filter(fate -> fate.copies() == 0).count()).isBetween(2700L, 3300L);
    assertThat(fates.stream().filter(fate -> fate.copies() == 2).count()).isBetween(600L, 800L);
  }

  @Test
  void jitterSpreadsDelaysAndKeepsTheOrder() {
    var quality =
        Quality.GOOD.withDelay(Duration.ofNanos(500)).withJitter(Duration.ofNanos(100_000));

    var fates = fates(quality, 3);

    for (int packet = 1; packet < PACKETS; packet++) {
      assertThat(due(fates, packet)).isGreaterThanOrEqualTo(due(fates, packet - 1));
      assertThat(due(fates, packet) - packet * INTERVAL_NANOS).isBetween(500L, 100_500L);
    }
  }

  @Test
  void whatIsHeldBackIsOvertaken() {
    var fates = fates(Quality.GOOD.withReordering(0.05), 4);

    long heldBack = 0;
    for (int packet = 0; packet < PACKETS; packet++) {
      long held = due(fates, packet) - packet * INTERVAL_NANOS;
      assertThat(held).isIn(0L, PacketShaper.HOLD_NANOS);
      heldBack += held == 0 ? 0 : 1;
    }
    assertThat(heldBack).isBetween(400L, 600L);
  }

  @Test
  void packetsAfterAHealDoNotWaitForThoseBefore() {
    var shaper = new PacketShaper(new SplittableRandom(5), 0);

    var slow = shaper.fate(Quality.GOOD.withDelay(Duration.ofSeconds(10)), 0);

    assertThat(slow.due()).isEqualTo(Duration.ofSeconds(10).toNanos());
    assertThat(shaper.fate(Quality.GOOD, 1)).isEqualTo(new Fate(1, 1));
  }

  @Test
  void theSameSeedDecidesTheSame() {
    var quality = Quality.GOOD.withLoss(0.1).withJitter(Duration.ofMillis(1));

    assertThat(fates(quality, 6)).isEqualTo(fates(quality, 6)).isNotEqualTo(fates(quality, 7));
  }

  private static List<Fate> fates(Quality quality, long seed) {
    var shaper = new PacketShaper(new SplittableRandom(seed), 0);
    var fates = new ArrayList<Fate>();
    for (int packet = 0; packet < PACKETS; packet++) {
      fates.add(shaper.fate(quality, packet * INTERVAL_NANOS));
    }
    return fates;
  }

  private static long due(List<Fate> fates, int packet) {
    return fates.get(packet).due();
  }
}
