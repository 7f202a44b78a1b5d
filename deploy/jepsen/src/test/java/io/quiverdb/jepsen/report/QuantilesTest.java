package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.HistoryRecorder;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class QuantilesTest {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Tale tale = new Tale();

  @Test
  void quantilesAreLatenciesThatWereSeen() {
    var pending = new ArrayList<HistoryRecorder.Pending>();
    for (int process = 0; process < 200; process++) {
      pending.add(tale.write(process, "v" + process));
    }
    for (int millis = 1; millis <= 200; millis++) {
      tale.at(millis);
      pending.get(millis - 1).ok();
    }

    assertThat(Quantiles.perSecond(tale.history().calls(), RunSpan.of(tale.history())))
        .containsExactly(
            new Quantiles(0, 100 * NANOS_PER_MILLI, 198 * NANOS_PER_MILLI, 200 * NANOS_PER_MILLI));
  }

  @Test
  void whatWasNotAnsweredHasNoLatency() {
    tale.at(0);
    var failed = tale.write(1, "a");
    var unknown = tale.write(2, "b");
    tale.at(5_000);
    failed.fail();
    unknown.info();
    tale.wrote(3, "c");

    assertThat(Quantiles.perSecond(tale.history().calls(), RunSpan.of(tale.history())))
        .containsExactly(new Quantiles(5, 0, 0, 0));
  }
}
