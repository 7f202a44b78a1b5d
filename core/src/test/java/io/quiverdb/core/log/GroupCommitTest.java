package io.quiverdb.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class GroupCommitTest {
  private static final int WRITERS = 16;
  private static final int REQUESTS = 2_000;

  @Test
  void groupsAreAppliedInTheOrderInWhichTheyWereWritten() throws Exception {
    var stages = new RecordingStages();
    var commits = commits(stages, Long.MAX_VALUE);

    runOnThreads(
        WRITERS,
        writer -> {
          for (int index = 0; index < REQUESTS; index++) {
            int request = writer * REQUESTS + index;
            assertThat(commits.commit(request)).isEqualTo(request + 1);
          }
        });

    assertThat(stages.written).hasSize(WRITERS * REQUESTS).doesNotHaveDuplicates();
    assertThat(stages.applied).isEqualTo(stages.written);
  }

  /// A parked thread may wake by itself at any moment, also while the group that it is in leaves
  /// the queue, one after the other.
  @Test
  void whoWakesUpWhileItsGroupLeavesTheQueueDoesNotLeadAgain() throws Exception {
    var stages = new RecordingStages();
    var commits = commits(stages, Long.MAX_VALUE);
    var writers = ConcurrentHashMap.<Thread>newKeySet();
    var done = new AtomicBoolean();
    var waker =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get()) {
                    writers.forEach(LockSupport::unpark);
                  }
                });
    try {
      runOnThreads(
          WRITERS,
          writer -> {
            writers.add(Thread.currentThread());
            for (int index = 0; index < 20 * REQUESTS; index++) {
              int request = 20 * writer * REQUESTS + index;
              assertThat(commits.commit(request)).isEqualTo(request + 1);
            }
          });
    } finally {
      done.set(true);
      waker.join();
    }

    assertThat(stages.written).hasSize(20 * WRITERS * REQUESTS).doesNotHaveDuplicates();
  }

  @Test
  void writersThatCameMeanwhileShareOneWrite() throws Exception {
    var stages = new RecordingStages();
    var commits = commits(stages, Long.MAX_VALUE);
    stages.admitted.drainPermits();

    try (var threads = Executors.newCachedThreadPool()) {
      var first = threads.submit(() -> commits.commit(0));
      await().atMost(Duration.ofMinutes(3)).until(stages.admitted::hasQueuedThreads);
      var others = submit(threads, 1, 2, 3, commits);
      await().atMost(Duration.ofMinutes(3)).until(() -> commits.waitingCount() == 4);
      stages.admitted.release(2);
      first.get();
      for (var other : others) {
        other.get();
      }
    }

    assertThat(stages.groupSizes).containsExactly(1, 3);
  }

  @Test
  void groupTakesNoMoreThanItsLimitButAtLeastOne() throws Exception {
    var stages = new RecordingStages();
    var commits = commits(stages, 5);
    stages.admitted.drainPermits();

    try (var threads = Executors.newCachedThreadPool()) {
      var first = threads.submit(() -> commits.commit(9));
      await().atMost(Duration.ofMinutes(3)).until(stages.admitted::hasQueuedThreads);
      var others = submit(threads, 2, 2, 2, commits);
      await().atMost(Duration.ofMinutes(3)).until(() -> commits.waitingCount() == 4);
      stages.admitted.release(3);
      first.get();
      for (var other : others) {
        other.get();
      }
    }

    assertThat(stages.groupSizes).containsExactly(1, 2, 1);
  }

  @Test
  void nextGroupIsWrittenWhileTheLastOneIsApplied() throws Exception {
    var applying = new Semaphore(0);
    var writes = new AtomicInteger();
    var stages =
        new GroupCommit.Stages<Integer, Integer>() {
          @Override
          public void write(List<Integer> group) {
            writes.incrementAndGet();
          }

          @Override
          public List<Integer> apply(List<Integer> group) {
            applying.acquireUninterruptibly();
            return group;
          }
        };
    var commits =
        new GroupCommit<Integer, Integer>(stages, new ReentrantLock(), _ -> 1, Long.MAX_VALUE);

    try (var threads = Executors.newCachedThreadPool()) {
      var first = threads.submit(() -> commits.commit(1));
      await().atMost(Duration.ofMinutes(3)).until(applying::hasQueuedThreads);
      var second = threads.submit(() -> commits.commit(2));
      await().atMost(Duration.ofMinutes(3)).until(() -> writes.get() == 2);
      assertThat(first.isDone()).isFalse();
      applying.release(2);
      assertThat(first.get()).isEqualTo(1);
      assertThat(second.get()).isEqualTo(2);
    }
  }

  @Test
  void groupThatIsNotWrittenFailsForAllWhoAreInItAndIsNotApplied() throws Exception {
    var stages = new RecordingStages();
    var commits = commits(stages, Long.MAX_VALUE);
    stages.failure = Optional.of(new IOException("disk"));

    runOnThreads(
        WRITERS,
        writer ->
            assertThatThrownBy(() -> commits.commit(writer))
                .isInstanceOf(GroupFailedException.class)
                .hasCause(stages.failure.get()));

    assertThat(stages.applied).isEmpty();
  }

  @Test
  void nothingIsWrittenOrAppliedBetweenGroups() throws Exception {
    var stages = new RecordingStages();
    var commits = commits(stages, Long.MAX_VALUE);
    var seen = Collections.synchronizedList(new ArrayList<Boolean>());

    runOnThreads(
        WRITERS,
        writer -> {
          for (int index = 0; index < REQUESTS / 4; index++) {
            if (index % 10 == 0) {
              seen.add(commits.betweenGroups(() -> stages.written.size() == stages.applied.size()));
            }
            int _ = commits.commit(writer * REQUESTS + index);
          }
        });

    assertThat(seen).hasSize(WRITERS * REQUESTS / 40).doesNotContain(false);
  }

  @Test
  void interruptedWriterWaitsForItsResultAndStaysInterrupted() throws Exception {
    var stages = new RecordingStages();
    var commits = commits(stages, Long.MAX_VALUE);
    stages.admitted.drainPermits();

    try (var threads = Executors.newCachedThreadPool()) {
      var leader = threads.submit(() -> commits.commit(0));
      await().atMost(Duration.ofMinutes(3)).until(stages.admitted::hasQueuedThreads);
      var follower =
          threads.submit(
              () -> {
                Thread.currentThread().interrupt();
                int result = commits.commit(1);
                assertThat(Thread.interrupted()).isTrue();
                return result;
              });
      await().atMost(Duration.ofMinutes(3)).until(() -> commits.waitingCount() == 2);
      stages.admitted.release(2);
      int _ = leader.get();
      assertThat(follower.get()).isEqualTo(2);
    }
  }

  private static GroupCommit<Integer, Integer> commits(RecordingStages stages, long bytesMax) {
    return new GroupCommit<>(stages, new ReentrantLock(), request -> request, bytesMax);
  }

  private static List<Future<Integer>> submit(
      ExecutorService threads,
      int first,
      int second,
      int third,
      GroupCommit<Integer, Integer> commits) {
    var futures = new ArrayList<Future<Integer>>();
    for (int request : new int[] {first, second, third}) {
      futures.add(threads.submit(() -> commits.commit(request)));
    }
    return futures;
  }

  private interface Writer {
    void run(int number) throws Exception;
  }

  private static void runOnThreads(int count, Writer writer) throws Exception {
    try (var threads = Executors.newFixedThreadPool(count)) {
      var tasks = new ArrayList<Callable<Void>>();
      for (int number = 0; number < count; number++) {
        int mine = number;
        tasks.add(
            () -> {
              writer.run(mine);
              return null;
            });
      }
      for (var done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
  }

  /// Answers a request with the number after it. Not made for two threads at once in one stage, as
  /// [GroupCommit] promises.
  private static final class RecordingStages implements GroupCommit.Stages<Integer, Integer> {
    final List<Integer> written = new ArrayList<>();
    final List<Integer> applied = new ArrayList<>();
    final List<Integer> groupSizes = new ArrayList<>();
    final Semaphore admitted = new Semaphore(Integer.MAX_VALUE / 2);
    volatile Optional<IOException> failure = Optional.empty();

    @Override
    public void write(List<Integer> group) throws IOException {
      admitted.acquireUninterruptibly();
      if (failure.isPresent()) {
        throw failure.get();
      }
      written.addAll(group);
      groupSizes.add(group.size());
    }

    @Override
    public List<Integer> apply(List<Integer> group) {
      applied.addAll(group);
      return group.stream().map(request -> request + 1).toList();
    }
  }
}
