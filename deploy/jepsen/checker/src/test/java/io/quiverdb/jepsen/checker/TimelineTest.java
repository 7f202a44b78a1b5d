package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// `-Dquiver.seed=N` repeats a run.
final class TimelineTest {
  private static final int RUN_COUNT = 30_000;
  private static final List<Optional<String>> VALUES =
      List.of(Optional.empty(), Optional.of("1"), Optional.of("2"), Optional.of("3"));

  private final long seed = Long.getLong("quiver.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void whatIsPossibleOrCertainIsWhatTheNaiveCheckerFinds() {
    System.out.printf("%s seed=%d%n", getClass().getSimpleName(), seed);
    int certainCount = 0;
    int impossibleCount = 0;
    for (int i = 0; i < RUN_COUNT; i++) {
      var calls = calls();
      var observation = calls.removeLast();
      var changes = calls.stream().map(TimelineTest::change).toList();
      var timeline = new Timeline(changes);

      var possible =
          VALUES.stream().filter(value -> canBeSeen(changes, observation, value)).toList();

      var as = "seed=%d run %d: %s, %s".formatted(seed, i, calls, observation);
      for (var value : VALUES) {
        assertThat(timeline.isPossible(value, observation))
            .as("%s of %s", value, as)
            .isEqualTo(possible.contains(value));
        if (!possible.contains(value)) {
          impossibleCount++;
          assertThatWhyIsAReason(timeline, value, observation, as);
        }
      }
      var certain = timeline.certainly(observation);
      if (certain.isPresent()) {
        certainCount++;
        assertThat(possible).as(as).containsExactly(certain.get().value());
      }
    }
    System.out.printf(
        "seed=%d runs=%d certain=%d impossible=%d%n",
        seed, RUN_COUNT, certainCount, impossibleCount);
    assertThat(certainCount).as("seed=%d", seed).isGreaterThan(1_000);
  }

  private static void assertThatWhyIsAReason(
      Timeline timeline, Optional<String> value, Call observation, String as) {
    if (timeline.wasWritten(value, observation)) {
      var why = timeline.whyImpossible(value, observation);
      assertThat(why.overwrite().precedes(observation)).as(as).isTrue();
      assertThat(why.write().stream().allMatch(write -> write.precedes(why.overwrite())))
          .as(as)
          .isTrue();
    }
  }

  /// The definition: there is an order in which the observation sees the value.
  private static boolean canBeSeen(
      List<Timeline.Change> changes, Call observation, Optional<String> value) {
    var steps = new ArrayList<Step>();
    for (var change : changes) {
      var puts = List.of(Access.puts("k", change.value()));
      steps.add(new Step(change.call(), puts, puts));
    }
    steps.add(Step.observation(observation, List.of(Access.sees("k", value))));
    return NaiveStepChecker.isLinearizable(steps);
  }

  private static Timeline.Change change(Call call) {
    return new Timeline.Change(
        call,
        call.operation() instanceof Operation.Write(var value)
            ? Optional.of(value)
            : Optional.empty());
  }

  /// Up to five changes and, as the last, a read, mostly one after another.
  private List<Call> calls() {
    int callCount = 1 + random.nextInt(6);
    int readIndex = random.nextInt(callCount);
    var times = new ArrayList<Double>();
    var spans = new ArrayList<double[]>();
    for (int i = 0; i < callCount; i++) {
      double begin = i + 2 * random.nextDouble();
      double end = begin + 3 * random.nextDouble() * random.nextDouble();
      spans.add(new double[] {begin, end});
      Collections.addAll(times, begin, end);
    }
    Collections.sort(times);
    var calls = new ArrayList<Call>();
    for (int i = 0; i < callCount; i++) {
      int invokedAt = times.indexOf(spans.get(i)[0]);
      int completedAt = times.indexOf(spans.get(i)[1]);
      calls.add(call(i, invokedAt, completedAt, i == readIndex));
    }
    calls.sort(
        Comparator.comparing((Call call) -> call.operation() instanceof Operation.Read)
            .thenComparingInt(Call::invokedAt));
    return calls;
  }

  private Call call(int process, int invokedAt, int completedAt, boolean isRead) {
    var value = VALUES.get(random.nextInt(VALUES.size()));
    var operation =
        isRead
            ? new Operation.Read()
            : value.isPresent() ? new Operation.Write(value.get()) : new Operation.Delete();
    var invoke = new Event.Invoke(process, "k", operation, invokedAt);
    if (!isRead && random.nextInt(5) == 0) {
      return new Call(invoke, Optional.empty(), invokedAt, Call.NEVER);
    }
    var answer = isRead ? new Answer.Value(Optional.empty()) : new Answer.Done();
    var ok = new Event.Ok(invoke, answer, completedAt);
    return new Call(invoke, Optional.of(ok), invokedAt, completedAt);
  }
}
