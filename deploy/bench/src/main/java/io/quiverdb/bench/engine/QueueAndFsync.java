package io.quiverdb.bench.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// The least that group commit costs: writers queue up, the first of them writes what is queued and
/// syncs it, hands on to the first of those that came meanwhile, and wakes those whose bytes it
/// was.
final class QueueAndFsync implements AutoCloseable {
  private final FileChannel file;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private boolean writing;

  QueueAndFsync(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static final class Waiting {
    private final ByteBuffer bytes;
    private final Thread thread = Thread.currentThread();
    private volatile boolean leads;
    private volatile boolean durable;

    Waiting(ByteBuffer bytes) {
      this.bytes = bytes;
    }
  }

  /// Returns when they are durable.
  void append(ByteBuffer bytes) throws IOException {
    var mine = new Waiting(bytes);
    enqueue(mine);
    while (!mine.leads && !mine.durable) {
      LockSupport.park(this);
    }
    if (mine.durable) {
      return;
    }
    var group = takeGroup();
    write(group);
    handOn();
    for (var waiting : group) {
      waiting.durable = true;
      if (waiting != mine) {
        LockSupport.unpark(waiting.thread);
      }
    }
  }

  private void enqueue(Waiting mine) {
    lock.lock();
    try {
      queue.add(mine);
      mine.leads = !writing;
      writing = true;
    } finally {
      lock.unlock();
    }
  }

  private List<Waiting> takeGroup() {
    lock.lock();
    try {
      var group = List.copyOf(queue);
      queue.clear();
      return group;
    } finally {
      lock.unlock();
    }
  }

  private void handOn() {
    Waiting next;
    lock.lock();
    try {
      next = queue.peek();
      writing = next != null;
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.leads = true;
      LockSupport.unpark(next.thread);
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
