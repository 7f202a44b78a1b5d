package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.storage.SimulatedStorage;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Writers that are faster than the disk.
final class WriteStallTest {
  private static final Duration GUARD = Duration.ofMinutes(2);
  private static final Triggers TRIGGERS =
      new Triggers(16 << 10, 64 << 10, Long.MAX_VALUE, Duration.ofDays(1));

  private final HookedStorage storage = new HookedStorage(new SimulatedStorage());
  private final CountDownLatch diskGoesOn = new CountDownLatch(1);
  private final AtomicBoolean enough = new AtomicBoolean();
  private final AtomicLong written = new AtomicLong();
  private final Thread.Builder named = Thread.ofPlatform().name("writer");
  private final SecureRandom random = new SecureRandom();
  private final KeyRing keyRing = KeyRing.plain(random);
  private Store store =
      Store.openWithKeyRing(storage, keyRing, new StoreOptions(random, System::nanoTime, TRIGGERS));

  @BeforeEach
  void createCollection() {
    long _ = store.createCollection("docs", new Descriptor(256, Metric.DOT), Settings.NONE);
    storage.setBeforeSegmentWrite(this::awaitDisk);
  }

  @AfterEach
  void close() {
    enough.set(true);
    diskGoesOn.countDown();
    store.close();
    keyRing.close();
  }

  private void awaitDisk() {
    try {
      diskGoesOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void writersWaitWhileTheDiskDoesNotTakeWhatTheyWroteAndGoOnWhenItDoes() throws Exception {
    try (var threads = Executors.newSingleThreadExecutor(named.factory())) {
      var writing = threads.submit(this::write);

      awaitStall(writing);
      assertThat(store.stats().bufferBytes()).isGreaterThanOrEqualTo(TRIGGERS.allBufferBytes());
      assertThat(store.get("docs", "0")).isPresent();
      long before = written.get();
      diskGoesOn.countDown();
      await().atMost(GUARD).until(() -> written.get() > before + 1_000);

      enough.set(true);
      writing.get();
    }
    assertThat(store.len("docs")).isEqualTo(written.get());
  }

  /// The index's owner may hold what a writer waits for, or write itself.
  @Test
  void nobodyWaitsWhileACheckpointBringsAnIndex() throws Exception {
    try (var threads = Executors.newFixedThreadPool(2, named.factory())) {
      var writing = threads.submit(this::write);
      awaitStall(writing);
      long id = store.collectionId("docs").orElseThrow();
      var index =
          new IndexSnapshot(
              id,
              "index",
              (out, _) -> {
                long _ = store.upsert("docs", point("from the index"));
                out.write(1);
              });
      long before = written.get();

      var checkpoint = threads.submit(() -> store.checkpointWithIndexSnapshots(List.of(index)));

      await().atMost(GUARD).until(() -> written.get() > before + 10);
      diskGoesOn.countDown();
      var _ = checkpoint.get();
      assertThat(store.get("docs", "from the index")).isPresent();
      enough.set(true);
      writing.get();
    }
  }

  @Test
  void writerThatWaitsIsToldThatTheStoreHasFailed() throws Exception {
    try (var threads = Executors.newSingleThreadExecutor(named.factory())) {
      var writing = threads.submit(this::write);
      awaitStall(writing);

      storage.setBeforeCall(
          () -> {
            throw new IllegalStateException("a disk that is gone");
          });
      diskGoesOn.countDown();

      assertThatThrownBy(writing::get).hasCauseInstanceOf(StoreFailedException.class);
      storage.setBeforeCall(() -> {});
    }
  }

  @Test
  void writerThatWaitsEndsWhenTheStoreIsClosed() throws Exception {
    try (var threads = Executors.newFixedThreadPool(2, named.factory())) {
      var writing = threads.submit(this::write);
      awaitStall(writing);

      var closing = threads.submit(store::close);

      diskGoesOn.countDown();
      closing.get();
      assertThatThrownBy(writing::get).hasCauseInstanceOf(StoreClosedException.class);
    }
  }

  private Object write() {
    while (!enough.get()) {
      long _ = store.upsert("docs", point(String.valueOf(written.get())));
      long _ = written.incrementAndGet();
    }
    return written;
  }

  private static Point point(String id) {
    return new Point(id, Vector.of(new float[256]), Payload.EMPTY);
  }

  private static void awaitStall(Future<?> writing) {
    await()
        .atMost(GUARD)
        .until(
            () ->
                writing.isDone()
                    || Thread.getAllStackTraces().entrySet().stream()
                        .filter(thread -> thread.getKey().getName().equals("writer"))
                        .anyMatch(
                            thread ->
                                Arrays.stream(thread.getValue())
                                    .anyMatch(
                                        frame -> frame.getClassName().endsWith("WriteStall"))));
    assertThat(writing.isDone()).isFalse();
  }
}
