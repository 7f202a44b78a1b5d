package io.quiverdb.bench.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RecoveryFiguresTest {
  private static final long KILL = 1_000_000_000L;

  @Test
  void writeOfTheOldTermThatWasOnItsWayDoesNotEndTheGap() {
    var acknowledgements = new Acknowledgements();
    acknowledgements.add(1, 7, KILL - 1);
    acknowledgements.add(1, 7, KILL + 10);
    acknowledgements.add(2, 9, KILL + 20);

    assertThat(acknowledgements.secondsUntilAfter(1, 7, KILL)).isEmpty();

    acknowledgements.add(1, 9, KILL + 2_000_000_000L);
    acknowledgements.add(1, 9, KILL + 3_000_000_000L);
    assertThat(acknowledgements.secondsUntilAfter(1, 7, KILL)).hasValue(2);
    assertThat(acknowledgements.count()).isEqualTo(5);
  }

  @Test
  void lastByteCameNotBeforeOneWasSeenToLack() {
    try (var arrival = new SnapshotArrival(() -> 0.0)) {
      arrival.see(0, 100);
      arrival.see(40, 200);
      arrival.see(50, 300);
      arrival.see(50, 400);

      assertThat(arrival.arrived()).isEqualTo(new SnapshotArrival.Arrived(50, 200));
    }
  }

  @Test
  void memberThatWasGivenNoSnapshotIsNoMeasurement() {
    try (var arrival = new SnapshotArrival(() -> 0.0)) {
      arrival.see(0, 100);

      assertThatThrownBy(arrival::arrived)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("none came");
    }
  }

  @Test
  void onlyTheAnswerThatWasKnownBeforeIsRight() throws Exception {
    var answers =
        List.of(
                Optional.<List<String>>empty(),
                Optional.of(List.of("b", "a")),
                Optional.of(List.of("a", "b")))
            .iterator();
    var question = new Question(new float[] {1}, List.of("a", "b"));

    var answered = question.askUntilRight(answers::next, Duration.ZERO);

    assertThat(answered.wrong()).isEqualTo(1);
    assertThat(answers).isExhausted();
  }

  @Test
  void idsOfAnAnswerAreInItsOrder() throws Exception {
    var body =
        """
        {"hits": [{"id": "b", "score": 0.5, "version": "3"}, {"id": "a", "score": 1, "version": "4"}],
         "positions": [{"shard": 1, "term": "2"}], "session_token": "AQ"}
        """;

    assertThat(NodeSearch.ids(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))))
        .containsExactly("b", "a");
  }

  @Test
  void pointsAreTheSameForTheSameNumberAndQueriesAreNone() {
    var points = new ShardPoints();

    assertThat(new ShardPoints().query(3)).containsExactly(points.query(3));
    assertThat(points.query(3)).isNotEqualTo(points.query(4));
  }
}
