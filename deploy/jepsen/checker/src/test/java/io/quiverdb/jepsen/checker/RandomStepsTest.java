package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// Steps of every kind on some keys at a time, drawn at random. `-Dquiver.seed=N` repeats a run.
final class RandomStepsTest {
  private static final int RUN_COUNT = 60_000;

  private final long seed = Long.getLong("quiver.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void searchAgreesWithTheNaiveChecker() {
    System.out.printf("%s seed=%d%n", getClass().getSimpleName(), seed);
    int linearizableCount = 0;
    for (int i = 0; i < RUN_COUNT; i++) {
      var steps = steps();
      boolean linearizable = NaiveStepChecker.isLinearizable(steps);
      linearizableCount += linearizable ? 1 : 0;
      var expected =
          linearizable
              ? LinearizationSearch.Outcome.LINEARIZABLE
              : LinearizationSearch.Outcome.NOT_LINEARIZABLE;

      assertThat(LinearizationSearch.search(steps, 1_000_000).outcome())
          .as("seed=%d run %d: %s", seed, i, steps)
          .isEqualTo(expected);
      assertThat(LinearizationSearch.searchExactly(new CompiledSteps(steps), 1_000_000).outcome())
          .as("seed=%d run %d, exactly: %s", seed, i, steps)
          .isEqualTo(expected);
    }
    System.out.printf("seed=%d runs=%d linearizable=%d%n", seed, RUN_COUNT, linearizableCount);
    assertThat(linearizableCount).as("seed=%d", seed).isBetween(5_000, RUN_COUNT - 5_000);
  }

  @Test
  void independentGroupsAreAsGoodAsAllTogether() {
    for (int i = 0; i < 10_000; i++) {
      var steps = steps();

      boolean everyGroup =
          Step.independent(steps).stream().allMatch(NaiveStepChecker::isLinearizable);

      assertThat(everyGroup)
          .as("seed=%d run %d: %s", seed, i, steps)
          .isEqualTo(NaiveStepChecker.isLinearizable(steps));
    }
  }

  @Test
  void whatAProofLeavesOutOfGoodStepsLeavesThemGood() {
    int tried = 0;
    for (int i = 0; i < 20_000; i++) {
      var steps = steps();
      if (NaiveStepChecker.isLinearizable(steps)) {
        tried++;
        var as = "seed=%d run %d: %s".formatted(seed, i, steps);
        Predicate<List<Step>> leaveOutAtRandom =
            candidate -> {
              assertThat(NaiveStepChecker.isLinearizable(candidate))
                  .as("%s, %s", as, candidate)
                  .isTrue();
              return random.nextBoolean();
            };

        Counterexample.shrink(steps, leaveOutAtRandom);
      }
    }
    assertThat(tried).as("seed=%d", seed).isGreaterThan(1_000);
  }

  private List<Step> steps() {
    int stepCount = 2 + random.nextInt(6);
    int keyCount = 1 + random.nextInt(2);
    boolean isAdding = random.nextInt(3) == 0;
    var places = places(stepCount);
    var steps = new ArrayList<Step>();
    for (int i = 0; i < stepCount; i++) {
      boolean isOpen = random.nextInt(5) == 0;
      var invoke = new Event.Invoke(i, "k", new Operation.Read(), places.get(i)[0]);
      var end =
          isOpen
              ? Optional.<Event.Completion>empty()
              : Optional.<Event.Completion>of(
                  new Event.Ok(invoke, new Answer.Value(Optional.empty()), places.get(i)[1]));
      var call = new Call(invoke, end, places.get(i)[0], isOpen ? Call.NEVER : places.get(i)[1]);
      var accesses = accesses(keyCount, isAdding);
      steps.add(
          accesses.stream().allMatch(Access::isObservation)
              ? Step.observation(call, accesses)
              : new Step(call, accesses, accesses));
    }
    steps.sort((left, right) -> Integer.compare(left.call().invokedAt(), right.call().invokedAt()));
    return steps;
  }

  private List<int[]> places(int stepCount) {
    var all = new ArrayList<Integer>();
    for (int place = 0; place < 2 * stepCount; place++) {
      all.add(place);
    }
    for (int i = 0; i + 1 < all.size(); i++) {
      // Mostly in order, so that there is real time to respect.
      int other = Math.min(all.size() - 1, i + random.nextInt(4));
      var moved = all.get(i);
      all.set(i, all.get(other));
      all.set(other, moved);
    }
    var places = new ArrayList<int[]>();
    for (int i = 0; i < stepCount; i++) {
      int left = all.get(2 * i);
      int right = all.get(2 * i + 1);
      places.add(new int[] {Math.min(left, right), Math.max(left, right)});
    }
    return places;
  }

  private List<Access> accesses(int keyCount, boolean isAdding) {
    var accesses = new ArrayList<Access>();
    boolean isObservation = random.nextInt(2) == 0;
    for (int key = 0; key < keyCount; key++) {
      if (random.nextInt(3) > 0 || (accesses.isEmpty() && key == keyCount - 1)) {
        accesses.add(new Access("k" + key, need(), isObservation ? Access.NONE : effect(isAdding)));
      }
    }
    return accesses;
  }

  private Need need() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> Access.ANY;
      case 2, 3 -> new Need.Only(value());
      case 4 -> new Need.Not(value());
      default -> new Need.OneOf(oneOf());
    };
  }

  private Set<Optional<String>> oneOf() {
    var values = new HashSet<Optional<String>>();
    values.add(value());
    values.add(value());
    return values;
  }

  private Effect effect(boolean isAdding) {
    return switch (random.nextInt(isAdding ? 5 : 4)) {
      case 0 -> Access.NONE;
      case 1, 2, 3 -> new Effect.Put(value());
      default -> new Effect.Add(1 + random.nextInt(2));
    };
  }

  private Optional<String> value() {
    int value = random.nextInt(4);
    return value == 0 ? Optional.empty() : Optional.of(value == 3 ? "x" : String.valueOf(value));
  }
}
