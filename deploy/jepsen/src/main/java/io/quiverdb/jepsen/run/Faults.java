package io.quiverdb.jepsen.run;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.nemesis.Nemeses;
import io.quiverdb.jepsen.nemesis.Nemesis;
import io.quiverdb.jepsen.nemesis.Schedule;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/// Carries a schedule out, one thing after the other, in the thread of the caller.
final class Faults {
  private static final int POLL_MILLIS = 50;

  /// A cluster that nothing is done to, and that answers nothing for so long, does not answer any
  /// more.
  private static final Duration HANG_GUARD = Duration.ofMinutes(3);

  private final TestCluster cluster;
  private final HistoryRecorder recorder;
  private final Optional<LongSupplier> answered;

  /// What is to be done next; beginnings and endings.
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparing(Due::at));

  /// @param active of a beginning empty, of an ending what is to be ended
  private record Due(Duration at, Schedule.Step step, Optional<Active> active) {}

  private record Active(Nemesis.Harm harm, HistoryRecorder.ActiveFault fault, String error) {}

  /// Moved on by what was put off.
  private long begunNanos = System.nanoTime();

  private int activeCount;
  private Optional<String> complaint = Optional.empty();

  /// What comes after the end of a fault is put off until the cluster has answered something: else
  /// slow machines would only ever see a cluster that starts. If it answers nothing any more, there
  /// are no more faults.
  ///
  /// @param answered how many operations have been until now; empty to put nothing off
  Faults(TestCluster cluster, HistoryRecorder recorder, Optional<LongSupplier> answered) {
    this.cluster = cluster;
    this.recorder = recorder;
    this.answered = answered;
  }

  /// Returns when `time` is over, what was put off apart, and all that was begun has been ended.
  void carryOut(Schedule schedule, Duration time) throws InterruptedException {
    begunNanos = System.nanoTime();
    schedule.steps().forEach(step -> due.add(new Due(step.begin(), step, Optional.empty())));
    while (!due.isEmpty()) {
      var next = due.remove();
      sleepUntil(next.at);
      if (next.active.isPresent()) {
        end(next.active.get());
        if (activeCount == 0 && !answersAgain()) {
          complaint =
              Optional.of(
                  "nothing was answered for %d s, with nothing done to the cluster"
                      .formatted(HANG_GUARD.toSeconds()));
          due.clear();
        }
      } else {
        begin(next);
      }
    }
    sleepUntil(time);
  }

  /// Why it ended early, if so.
  Optional<String> complaint() {
    return complaint;
  }

  private boolean answersAgain() throws InterruptedException {
    if (answered.isEmpty()) {
      return true;
    }
    long answeredBefore = answered.get().getAsLong();
    long sinceNanos = System.nanoTime();
    boolean answers = false;
    while (!answers && System.nanoTime() - sinceNanos < HANG_GUARD.toNanos()) {
      String _ = attempt(this::restartEnded);
      Thread.sleep(POLL_MILLIS);
      answers = answered.get().getAsLong() > answeredBefore;
    }
    begunNanos += System.nanoTime() - sinceNanos;
    return answers;
  }

  private void begin(Due beginning) {
    var step = beginning.step;
    String _ = attempt(this::restartEnded);
    var harm = Nemeses.create(step.nemesis()).choose(cluster, new SplittableRandom(step.seed()));
    var nodes = harm.nodes().stream().map(TestCluster::name).toList();
    var fault = recorder.startFault(step.nemesis(), nodes, harm.detail());
    String error = attempt(harm::begin);
    activeCount++;
    due.add(
        new Due(
            step.begin().plus(step.length()), step, Optional.of(new Active(harm, fault, error))));
  }

  /// Who ended by a fault may have done so when the fault was over.
  private void restartEnded() throws IOException {
    if (cluster.obstacle(Equipment.PROCESSES).isEmpty()) {
      cluster.processes().restartEnded();
    }
  }

  private void end(Active active) {
    String error = attempt(active.harm::end);
    active.fault.end(active.error.isEmpty() ? error : active.error);
    activeCount--;
  }

  private interface Attempt {
    void run() throws IOException, InterruptedException;
  }

  /// @return why it failed, empty if it did not
  private static String attempt(Attempt attempt) {
    try {
      attempt.run();
      return "";
    } catch (IOException | LocalClusterException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private void sleepUntil(Duration at) throws InterruptedException {
    long left = at.toNanos() - (System.nanoTime() - begunNanos);
    if (left > 0) {
      Thread.sleep(Duration.ofNanos(left));
    }
  }

  /// Those that cannot work here, with the reasons, in the order given.
  static Map<String, String> obstacles(TestCluster cluster, List<String> nemeses) {
    var obstacles = new LinkedHashMap<String, String>();
    for (var nemesis : nemeses) {
      Nemeses.create(nemesis)
          .obstacle(cluster)
          .ifPresent(obstacle -> obstacles.put(nemesis, obstacle));
    }
    return obstacles;
  }
}
