package io.quiverdb.core.engine;

import io.quiverdb.core.Store;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreFailedException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a store may be used: until it is closed, or a fault stops it. From the first fault on
/// nothing is known to be right any more, and only reopening helps.
public final class Health {
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private volatile Optional<Throwable> fault = Optional.empty();
  private volatile boolean closing;
  private volatile boolean closed;

  /// @throws StoreClosedException if it was closed
  /// @throws StoreFailedException if it failed
  public void requireUsable() {
    if (closed) {
      throw new StoreClosedException();
    }
    var first = fault;
    if (first.isPresent()) {
      throw new StoreFailedException("store: failed before (expected: reopened)", first.get());
    }
  }

  /// Stops the store.
  ///
  /// @return to be thrown
  StoreFailedException failed(String during, Throwable cause) {
    if (fault.isEmpty()) {
      fault = Optional.of(cause);
      log.error("store failed during={}", during, cause);
    }
    return new StoreFailedException(
        "store: failed during " + during + " (expected: reopened)", cause);
  }

  boolean isFailed() {
    return fault.isPresent();
  }

  /// Whether what goes on in the background is to be given up.
  boolean isStopping() {
    return closing || isFailed();
  }

  void beginClosing() {
    closing = true;
  }

  boolean isUsable() {
    return !closed && !isFailed();
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }
}
