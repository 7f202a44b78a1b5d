package io.quiverdb.core.log;

import io.quiverdb.core.log.GroupCommit.Stages;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/// Writers hand the lead over to each other in whatever order their threads run: each is answered
/// once, with what was applied before it, and nobody is forgotten asleep. Interleavings are made by
/// Lincheck's model checker, results compared with those of the same calls one by one.
public final class GroupCommitLincheckTest {
  private final Sum sum = new Sum();
  private final GroupCommit<Integer, Integer> commits =
      new GroupCommit<>(sum, new ReentrantLock(), _ -> 1, 2);

  @Operation
  public int commit(int number) {
    return commits.commit(number);
  }

  @Operation
  public int sumBetweenGroups() {
    return commits.betweenGroups(() -> sum.applied);
  }

  @Test
  void commitsAreLinearizableAndNobodyIsForgotten() {
    new ModelCheckingOptions()
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .iterations(8)
        .invocationsPerIteration(200)
        .check(GroupCommitLincheckTest.class);
  }

  /// Answers with the sum of all numbers so far.
  private static final class Sum implements Stages<Integer, Integer> {
    private int written;
    private int applied;

    @Override
    public void write(List<Integer> group) {
      group.forEach(number -> written += number);
    }

    @Override
    public List<Integer> apply(List<Integer> group) {
      var sums = new ArrayList<Integer>();
      for (int number : group) {
        applied += number;
        sums.add(applied);
      }
      return sums;
    }
  }
}
