package io.quiverdb.raft;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.background.BackgroundTarget;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checkpoints and compactions of one shard's replica.
final class ShardCheckpoints implements BackgroundTarget {
  private static final Logger log = LoggerFactory.getLogger(ShardCheckpoints.class);

  private final Replica replica;
  private final StoreState state;
  private final Consumer<Replica> publish;
  private final Consumer<Throwable> onFatal;
  private final Timer checkpointTimer;
  private final Timer compactionTimer;
  private final Timer indexingTimer;

  /// @param publish tells Ratis of the newest
  ShardCheckpoints(
      Replica replica,
      StoreState state,
      Consumer<Replica> publish,
      Consumer<Throwable> onFatal,
      MetricRegistry metrics) {
    this.replica = replica;
    this.state = state;
    this.publish = publish;
    this.onFatal = onFatal;
    this.checkpointTimer =
        LastMinute.timer(metrics, MetricNames.of(MetricNames.CHECKPOINT, replica.key()));
    this.compactionTimer =
        LastMinute.timer(metrics, MetricNames.of(MetricNames.COMPACTION, replica.key()));
    this.indexingTimer =
        LastMinute.timer(metrics, MetricNames.of(MetricNames.INDEXING, replica.key()));
  }

  @Override
  public boolean pending() {
    return replica.machine().fault().isEmpty() && state.applied().index() > state.durable().index();
  }

  @Override
  public long bufferBytes() {
    return state.bufferBytes();
  }

  @Override
  public long loggedBytes() {
    return replica.machine().loggedBytes();
  }

  @Override
  public void checkpoint() {
    if (replica.machine().fault().flatMap(FeatureSupport::refusal).isPresent()) {
      // Nothing failed: a later release goes on from the checkpoint before, and the log.
      return;
    }
    guarded(
        checkpointTimer,
        () -> {
          var machine = replica.machine();
          long loggedBytes = machine.loggedBytes();
          state.checkpoint();
          machine.checkpointed(loggedBytes);
          publish.accept(replica);
        });
  }

  @Override
  public void compact() {
    guarded(compactionTimer, () -> state.store().compactTiers());
  }

  @Override
  public boolean isIndexingDue() {
    return replica.machine().fault().isEmpty() && state.isIndexingDue();
  }

  @Override
  public void index() {
    guarded(indexingTimer, () -> state.store().indexSegments());
  }

  /// Merges all segments of a collection.
  void compact(long collectionId) {
    try {
      checkpoint();
      guarded(compactionTimer, () -> state.store().compact(collectionId));
    } catch (StoreException e) {
      log.error("compaction failed group={}", replica.key(), e);
    }
  }

  private void guarded(Timer timer, Runnable work) {
    var running = timer.time();
    var of = state.store();
    try {
      work.run();
    } catch (StoreFailedException e) {
      if (state.noteDamage(of, e) || hasFailedBefore()) {
        // The disk works: it is healed, or opened again, in this process.
        throw e;
      }
      // What the disk holds is not known any more, and trying again would not tell.
      replica.machine().fail(e);
      onFatal.accept(e);
      throw e;
    } catch (CorruptFileException e) {
      state.damaged(of, e);
      throw e;
    } catch (StoreClosedException e) {
      // Closing; the log has everything.
    } finally {
      running.stop();
    }
  }

  /// Of an entry that could not be applied.
  private boolean hasFailedBefore() {
    return replica.machine().fault().filter(fault -> !Supervisor.isOfTheDisk(fault)).isPresent();
  }
}
