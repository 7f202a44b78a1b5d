package io.quiverdb.core.engine;

import io.quiverdb.core.Store;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.background.Background;
import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.background.BackgroundTarget;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the checkpoints of a stand-alone store when they are due, and compacts it, on threads of
/// its own.
final class StandaloneBackground implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Store.class);
  private static final long TICK_MILLIS = 100;

  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(daemon("quiver-ticks"));
  private final ExecutorService checkpoints =
      Executors.newSingleThreadExecutor(daemon("quiver-checkpoints"));
  private final ExecutorService compactions =
      Executors.newSingleThreadExecutor(daemon("quiver-compactions"));
  private final ExecutorService indexing =
      Executors.newSingleThreadExecutor(daemon("quiver-indexing"));

  private StandaloneBackground() {}

  /// @param stall holds the store's writers back
  static StandaloneBackground start(
      Triggers triggers, BackgroundTarget store, LongSupplier clock, WriteStall stall) {
    var started = new StandaloneBackground();
    var background =
        new Background(triggers, clock, started.checkpoints, started.compactions, started.indexing);
    background.watch(store);
    var _ =
        started.ticks.scheduleWithFixedDelay(
            () -> tick(background, stall), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    return started;
  }

  private static void tick(Background background, WriteStall stall) {
    boolean isFull = false;
    try {
      background.tick();
      isFull = background.isFull();
    } catch (StoreClosedException | StoreFailedException e) {
      // Writers are to be told the same.
      log.debug("no more checkpoints", e);
    } catch (RuntimeException | Error e) {
      // The executor would not run it again, and writers that wait would do so for ever.
      log.error("what is due was not started", e);
    }
    stall.set(isFull);
  }

  private static ThreadFactory daemon(String name) {
    return Thread.ofPlatform().daemon().name(name).factory();
  }

  /// Starts nothing more. What is under way ends by itself.
  @Override
  public void close() {
    List.of(ticks, checkpoints, compactions, indexing).forEach(ExecutorService::shutdown);
  }
}
