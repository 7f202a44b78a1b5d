package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Position;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OutcomeMessagesTest {
  static Stream<Outcome> outcomes() {
    return Stream.of(
        new Outcome.Applied(7, List.of(PointResult.values())),
        new Outcome.Applied(Long.MAX_VALUE, List.of()),
        new Outcome.Duplicate(new Outcome.Applied(3, List.of())),
        new Outcome.Duplicate(new Outcome.AlreadyExists()),
        new Outcome.NotFound(),
        new Outcome.AlreadyExists(),
        new Outcome.Invalid("vector: 3 values (expected: 2)"),
        new Outcome.PreconditionFailed(
            List.of(
                new Outcome.FailedPoint("a", Optional.of(1L << 41)),
                new Outcome.FailedPoint("b", Optional.empty()))),
        new Outcome.PreconditionFailed(List.of()),
        new Outcome.Expired(Position.START),
        new Outcome.Expired(new Position(1, 2, 3)),
        new Outcome.RequestIdReused(),
        new Outcome.StaleEpoch(9),
        new Outcome.WrongShard("a"),
        new Outcome.Superseded());
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void outcomeComesBackAsItWas(Outcome outcome) {
    var answer = OutcomeMessages.decode(OutcomeMessages.encode(4, List.of(outcome)));

    assertThat(answer.getEpoch()).isEqualTo(4);
    assertThat(OutcomeMessages.toOutcome(answer.getOutcomes(0))).isEqualTo(outcome);
  }
}
