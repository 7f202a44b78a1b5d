package io.quiverdb.bench.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The least that group commit costs: writers queue up, one of them writes what is queued and syncs
/// it, and wakes those whose bytes it was.
final class QueueAndFsync implements AutoCloseable {
  private final FileChannel file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turn = lock.newCondition();
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private boolean writing;

  QueueAndFsync(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static final class Waiting {
    private final ByteBuffer bytes;
    private boolean durable;

    Waiting(ByteBuffer bytes) {
      this.bytes = bytes;
    }
  }

  /// Returns when they are durable.
  void append(ByteBuffer bytes) throws IOException {
    var mine = new Waiting(bytes);
    List<Waiting> group;
    lock.lock();
    try {
      queue.add(mine);
      while (writing && !mine.durable) {
        turn.awaitUninterruptibly();
      }
      if (mine.durable) {
        return;
      }
      writing = true;
      group = new ArrayList<>(queue);
      queue.clear();
    } finally {
      lock.unlock();
    }
    write(group);
    lock.lock();
    try {
      group.forEach(waiting -> waiting.durable = true);
      writing = false;
      turn.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Waiting> group) throws IOException {
    int size = group.stream().mapToInt(waiting -> waiting.bytes.remaining()).sum();
    var bytes = ByteBuffer.allocate(size);
    group.forEach(waiting -> bytes.put(waiting.bytes));
    bytes.flip();
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    file.force(false);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
