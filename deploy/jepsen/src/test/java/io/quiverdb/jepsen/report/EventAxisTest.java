package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class EventAxisTest {
  private static final long SECOND = 1_000_000_000;
  private static final Map<Integer, Long> EVENTS =
      Map.of(3, 0L, 4, 0L, 7, SECOND, 8, SECOND + 1, 20, 1_000 * SECOND);

  @Test
  void eventsStandInTheirOrderEvenAtTheSameTime() {
    var axis = EventAxis.of(EVENTS, List.of(), 50);

    assertThat(List.of(axis.x(3), axis.x(4), axis.x(7), axis.x(8), axis.x(20)))
        .isSortedAccordingTo(Comparator.naturalOrder())
        .doesNotHaveDuplicates();
  }

  @Test
  void longTimesAreShortened() {
    var axis = EventAxis.of(EVENTS, List.of(), 50);

    assertThat(axis.x(20) - axis.x(8)).isLessThan(4 * (axis.x(7) - axis.x(4)));
  }

  @Test
  void rangeIsAsWideAsItsWordsNeed() {
    var closed = new EventAxis.Range(3, 4, 300);
    var open = new EventAxis.Range(20, Integer.MAX_VALUE, 400);
    var axis = EventAxis.of(EVENTS, List.of(closed, open), 50);

    assertThat(axis.x(4) - axis.x(3)).isGreaterThanOrEqualTo(300);
    assertThat(axis.x(Integer.MAX_VALUE) - axis.x(20)).isGreaterThanOrEqualTo(400);
    assertThat(axis.right()).isEqualTo(axis.x(Integer.MAX_VALUE));
  }

  @Test
  void momentStandsBetweenItsNeighbours() {
    var axis = EventAxis.of(EVENTS, List.of(), 50);

    assertThat(axis.at(SECOND / 2)).isCloseTo((axis.x(4) + axis.x(7)) / 2, Offset.offset(1e-6));
    assertThat(axis.at(-1)).isEqualTo(50);
    assertThat(axis.at(0)).isEqualTo(axis.x(3));
    assertThat(axis.at(Long.MAX_VALUE)).isEqualTo(axis.right());
  }
}
