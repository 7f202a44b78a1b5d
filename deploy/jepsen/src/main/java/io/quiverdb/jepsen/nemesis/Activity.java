package io.quiverdb.jepsen.nemesis;

import java.io.IOException;

/// A harm that goes on by itself, step by step in a thread of its own, until it is ended.
abstract class Activity implements Nemesis.Harm {
  private volatile boolean ended;
  private volatile String failure = "";
  private Thread thread = new Thread(() -> {});

  /// One step.
  ///
  /// @return false if there is no more to do
  abstract boolean step() throws IOException, InterruptedException;

  /// What is undone when the last step is over; also if one failed.
  void afterwards() throws IOException, InterruptedException {}

  /// For steps that take longer.
  final boolean isEnded() {
    return ended;
  }

  @Override
  public final void begin() {
    thread = Thread.ofVirtual().start(this::run);
  }

  private void run() {
    try {
      while (!ended && step()) {}
    } catch (IOException | RuntimeException e) {
      failure = e.toString();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits for the end of the step that is under way.
  @Override
  public final void end() throws IOException, InterruptedException {
    ended = true;
    thread.join();
    afterwards();
    if (!failure.isEmpty()) {
      throw new IOException(failure);
    }
  }
}
