package io.quiverdb.jepsen.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// One direction of a proxied connection. One thread [reads][#read] what the source sends and one
/// [writes][#write] it to the destination once the link lets it through, in order, and with it the
/// end of the stream: a close as a close, a reset as a reset.
final class StreamPump {
  private static final int CHUNK_BYTES_MAX = 16 << 10;
  private static final int CHUNKS_HELD_MAX = 64;

  private sealed interface Item {
    /// By [System#nanoTime].
    long due();

    record Bytes(long due, ByteBuffer content) implements Item {}

    record Close(long due) implements Item {}

    record Reset(long due) implements Item {}
  }

  /// How a direction has ended.
  enum Ending {
    CLOSED,
    RESET
  }

  private final SocketChannel source;
  private final SocketChannel destination;
  private final Optional<Link> link;
  private final LinkTable links;
  private final ConnectionOpeners openers;
  private final SplittableRandom random;
  private final BlockingQueue<Item> held = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(CHUNKS_HELD_MAX);
  private volatile boolean sourceClosed;
  private long lastDue = System.nanoTime();

  /// @param link none between a node and itself
  StreamPump(
      SocketChannel source,
      SocketChannel destination,
      Optional<Link> link,
      LinkTable links,
      ConnectionOpeners openers,
      SplittableRandom random) {
    this.source = source;
    this.destination = destination;
    this.link = link;
    this.links = links;
    this.openers = openers;
    this.random = random;
  }

  /// Returns at the end of the source's stream.
  void read() throws InterruptedException {
    var buffer = ByteBuffer.allocate(CHUNK_BYTES_MAX);
    try {
      while (true) {
        room.acquire();
        if (source.read(buffer.clear()) < 0) {
          break;
        }
        var content = ByteBuffer.allocate(buffer.flip().remaining()).put(buffer).flip();
        held.add(new Item.Bytes(due(), content));
      }
      sourceClosed = true;
      held.add(new Item.Close(due()));
    } catch (ClosedChannelException _) {
      // The connection was ended from here.
    } catch (IOException _) {
      reset();
    }
  }

  /// Returns when the connection is reset. After a close it waits for that, too: the destination
  /// can go on sending to a source that is gone.
  ///
  /// @param back the other direction
  /// @param endings told of the close or the reset when it has arrived
  void write(StreamPump back, Consumer<Ending> endings) throws InterruptedException {
    while (true) {
      var item = held.take();
      if (link.isPresent()) {
        links.awaitDelivery(link.get(), item.due());
      }
      switch (item) {
        case Item.Bytes(_, var content) -> {
          if (!deliver(content, back)) {
            back.reset();
            return;
          }
          room.release();
        }
        case Item.Close _ -> {
          try {
            var _ = destination.shutdownOutput();
          } catch (IOException _) {
            // It is gone, and has said so in the other direction.
          }
          endings.accept(Ending.CLOSED);
        }
        case Item.Reset _ -> {
          endings.accept(Ending.RESET);
          return;
        }
      }
    }
  }

  /// The source is gone: its kernel resets the connection, behind all that it has sent.
  private void reset() {
    held.add(new Item.Reset(due()));
  }

  private boolean deliver(ByteBuffer content, StreamPump back) {
    try {
      // A process that is gone has closed both directions. The kernel would answer with a reset;
      // here
      // it would do so to the proxy, which finds out only by its next write.
      if (back.sourceClosed && !isDestinationOpen()) {
        return false;
      }
      while (content.hasRemaining()) {
        int _ = destination.write(content);
      }
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private boolean isDestinationOpen() throws IOException {
    return openers.isOpen(
        (InetSocketAddress) destination.getRemoteAddress(),
        (InetSocketAddress) destination.getLocalAddress());
  }

  // Called by the reader of this direction and by the writer of the other.
  private synchronized long due() {
    if (link.isPresent()) {
      long due = System.nanoTime() + links.quality(link.get()).delayNanos(random.nextDouble());
      lastDue = due - lastDue > 0 ? due : lastDue;
    }
    return lastDue;
  }
}
