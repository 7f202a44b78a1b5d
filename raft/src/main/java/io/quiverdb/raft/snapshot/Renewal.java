package io.quiverdb.raft.snapshot;

import java.time.Duration;

/// Does something now, and again and again until it is closed.
final class Renewal implements AutoCloseable {
  private final Thread thread;

  private Renewal(Thread thread) {
    this.thread = thread;
  }

  /// @param work does not fail
  static Renewal every(Duration period, Runnable work) {
    work.run();
    return new Renewal(
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (true) {
                      Thread.sleep(period);
                      work.run();
                    }
                  } catch (InterruptedException e) {
                    // Closed.
                  }
                }));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
