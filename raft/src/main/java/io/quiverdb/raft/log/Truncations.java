package io.quiverdb.raft.log;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Which truncations of a log its disk has yet to make.
///
/// Until then Ratis tells the log flushed as far as it was before, although other entries stand in
/// place of those that are taken back, and wait behind the truncation to be written
/// (`SegmentedRaftLogWorker.TruncateLog`, release 3.3.0). The thread that writes the log makes it,
/// gets the future that was returned for it, lowers that index, and comes to flush what it has
/// written since: so by then it is made.
public final class Truncations {
  /// Whose future the writer has yet to get.
  private int queued;

  /// Whether it got some since it last came to flush.
  private boolean beingMade;

  /// One is queued, behind what is to be written before it.
  ///
  /// @return what the writer gets when all but the index is done
  public synchronized CompletableFuture<Void> begin() {
    queued++;
    return new Done();
  }

  private final class Done extends CompletableFuture<Void> {
    Done() {
      complete(null);
    }

    @Override
    @SuppressWarnings("NullAway") // A future of nothing.
    public Void get() throws InterruptedException, ExecutionException {
      made();
      return super.get();
    }
  }

  private synchronized void made() {
    queued--;
    beingMade = true;
  }

  /// By the thread that writes the log, before it flushes what it has written.
  public synchronized void flushing() {
    beingMade = false;
  }

  /// Whether the log may be told flushed too far.
  public synchronized boolean pending() {
    return queued > 0 || beingMade;
  }
}
