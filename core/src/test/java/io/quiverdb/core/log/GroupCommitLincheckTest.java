package io.quiverdb.core.log;

import io.quiverdb.core.log.GroupCommit.Stages;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Writers hand the lead over to each other in whatever order their threads run: each is answered
/// once, with what was applied before it, and groups are applied as they were written. Results are
/// compared with those of the same calls one by one.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public final class GroupCommitLincheckTest {
  private final Sum sum = new Sum();
  private final GroupCommit<Integer, Integer> commits =
      new GroupCommit<>(sum, new ReentrantLock(), _ -> 1, 2);

  @Operation
  public int commit(@Param(gen = IntGen.class) int number) {
    return commits.commit(number);
  }

  @Operation
  public int sumBetweenGroups() {
    return commits.betweenGroups(() -> sum.applied);
  }

  /// Lincheck's model checker makes the interleavings.
  @Test
  void commitsAreLinearizable() {
    new ModelCheckingOptions()
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .iterations(5)
        .invocationsPerIteration(200)
        .check(GroupCommitLincheckTest.class);
  }

  /// To the model checker a parked thread may wake by itself; so whether it would sleep for ever is
  /// left to real threads.
  @Test
  void nobodyIsForgottenAsleep() {
    new StressOptions()
        .threads(3)
        .actorsPerThread(3)
        .iterations(10)
        .invocationsPerIteration(1000)
        .check(GroupCommitLincheckTest.class);
  }

  /// Answers with the sum of all numbers so far.
  private static final class Sum implements Stages<Integer, Integer> {
    private final Queue<Integer> written = new ConcurrentLinkedQueue<>();
    private int applied;

    @Override
    public void write(List<Integer> group) {
      written.addAll(group);
    }

    @Override
    public List<Integer> apply(List<Integer> group) {
      var sums = new ArrayList<Integer>();
      for (int number : group) {
        int next = written.remove();
        if (number != next) {
          throw new IllegalStateException(number + " applied, " + next + " written before it");
        }
        applied += number;
        sums.add(applied);
      }
      return sums;
    }
  }
}
