package io.quiverdb.core;

import static io.quiverdb.core.TestShard.COLLECTION;
import static io.quiverdb.core.TestShard.point;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.SimulatedStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class StoreConcurrencyTest {
  private static final int GROUP = 8;
  private static final int ROUNDS = 4000;

  /// The writer replaces a group of points by others, all in one operation, over and over; now and
  /// then it deletes half of them, in one operation too.
  @Test
  void readersSeeWholeOperationsAndViewsThatNeverChange(@TempDir Path directory) throws Exception {
    // Real files: what is read after it was unmapped fails.
    try (var shard = new TestShard(FileStorage.at(directory), RequestWindow.BYTES_MAX);
        var threads = Executors.newCachedThreadPool()) {
      var done = new AtomicBoolean();
      var others = new ArrayList<Future<?>>();
      writeGroup(shard, 0);
      for (int reader = 0; reader < 3; reader++) {
        others.add(threads.submit(readUntil(done, shard.store)));
      }
      others.add(threads.submit(checkpointUntil(done, shard.store)));
      try {
        for (int round = 1; round <= ROUNDS; round++) {
          writeGroup(shard, round);
          if (round % 7 == 0) {
            deleteHalf(shard);
          }
        }
      } finally {
        done.set(true);
      }
      for (var other : others) {
        other.get();
      }
    }
  }

  private static void writeGroup(TestShard shard, int round) {
    var points = new ArrayList<Point>();
    for (int index = 0; index < GROUP; index++) {
      points.add(point("p" + index, round));
    }
    assertThat(shard.upsert(points.toArray(Point[]::new))).isInstanceOf(Outcome.Applied.class);
  }

  private static void deleteHalf(TestShard shard) {
    assertThat(shard.delete("p0", "p2", "p4", "p6")).isInstanceOf(Outcome.Applied.class);
  }

  private static Callable<Void> readUntil(AtomicBoolean done, Store store) {
    return () -> {
      long last = 0;
      while (!done.get()) {
        try (var view = store.view()) {
          var seen = read(view);
          assertThat(last).isLessThanOrEqualTo(view.version());
          assertThat(read(view)).isEqualTo(seen);
          last = view.version();
        }
      }
      return null;
    };
  }

  /// What a view shows, which must be a whole group or half of one, of one version.
  private static List<StoredPoint> read(StoreView view) {
    var collection = view.collection(COLLECTION).orElseThrow();
    var points = collection.scan(Optional.empty(), 100, Long.MAX_VALUE, Optional.empty()).points();
    var first = points.getFirst();
    assertThat(points.size()).isIn(GROUP, GROUP / 2);
    assertThat(collection.size()).isEqualTo(points.size());
    assertThat(points).allMatch(point -> point.version() == first.version());
    assertThat(points).allMatch(point -> point.vector().equals(first.vector()));
    for (var point : points) {
      assertThat(collection.get(point.id())).contains(point);
    }
    var hits = collection.search(new Query(first.vector(), 100, Optional.empty(), true, true));
    assertThat(hits.stream().map(Hit::id).toList())
        .isEqualTo(points.stream().map(StoredPoint::id).toList());
    assertThat(hits).allMatch(hit -> hit.score() == 0 && hit.version() == first.version());
    return points;
  }

  private static Callable<Void> checkpointUntil(AtomicBoolean done, Store store) {
    return () -> {
      int count = 0;
      // The first few of them together with other readers; each adds a segment to be searched.
      while (!done.get() && count < 40) {
        var _ = store.checkpoint();
        if (count % 5 == 4) {
          store.compact();
        }
        count++;
      }
      return null;
    };
  }

  @Test
  void readsAndWritesGoOnWhileACheckpointIsHeldUp() throws Exception {
    var storage = new HookedStorage(new SimulatedStorage());
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX);
        var threads = Executors.newCachedThreadPool()) {
      var _ = shard.upsert(point("replaced", 1), point("deleted", 2), point("kept", 3));
      var at = shard.store.position();
      var hash = shard.store.stateHash();
      var reached = new CountDownLatch(1);
      var released = new CountDownLatch(1);
      storage.setBeforeCall(() -> await(reached, released));

      var checkpoint = threads.submit(() -> shard.store.checkpoint());
      reached.await();
      var _ = shard.upsert(point("replaced", 4), point("new", 5));
      var _ = shard.delete("deleted");
      var duringCheckpoint = shard.ids();
      var hashDuring = shard.store.stateHash();
      var view = shard.collection();
      released.countDown();

      assertThat(checkpoint.get()).isEqualTo(at);
      assertThat(duringCheckpoint).containsExactly("kept", "new", "replaced");
      assertThat(shard.ids()).isEqualTo(duringCheckpoint);
      assertThat(view.get("deleted")).isEmpty();
      assertThat(shard.store.stateHash()).isEqualTo(hashDuring).isNotEqualTo(hash);
      assertThat(shard.store.uncheckpointedBytes()).isPositive();
      assertThat(shard.store.checkpointed()).isEqualTo(at);
    }
  }

  private static void await(CountDownLatch reached, CountDownLatch released) {
    reached.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
