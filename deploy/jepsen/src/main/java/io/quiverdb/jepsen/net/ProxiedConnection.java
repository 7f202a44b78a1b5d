package io.quiverdb.jepsen.net;

import io.quiverdb.jepsen.net.StreamPump.Ending;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/// A connection that was opened to a node's advertised address, from its opening to its end. Runs
/// in a virtual thread of its own, and is ended from outside by interrupting that.
///
/// It stays idle while the link to the node is blocked, or the one back: neither would a handshake
/// pass. To its opener it seems to be open, though, for the kernel has accepted it.
final class ProxiedConnection {
  private static final long OPENER_CHECK_MILLIS = 500;

  private final SocketChannel opener;
  private final int node;
  private final InetSocketAddress target;
  private final LinkTable links;
  private final ConnectionOpeners openers;
  private final SplittableRandom random;

  /// @param opener accepted just now; owned
  /// @param target where the node listens
  ProxiedConnection(
      SocketChannel opener,
      int node,
      InetSocketAddress target,
      LinkTable links,
      ConnectionOpeners openers,
      SplittableRandom random) {
    this.opener = opener;
    this.node = node;
    this.target = target;
    this.links = links;
    this.openers = openers;
    this.random = random;
  }

  void run() {
    try {
      var from = openers.find(openerAddress(), proxyAddress());
      // Nobody waits for the answer of a connection whose opener is gone again.
      if (from.isPresent() && awaitHandshake(from.get())) {
        transfer(from.get());
      }
    } catch (IOException | InterruptedException _) {
      // Below it is reset, as by a machine where nothing listens.
    } finally {
      abort(opener);
    }
  }

  private boolean awaitHandshake(End from) throws IOException, InterruptedException {
    var directions = link(from).stream().flatMap(one -> Stream.of(one, one.reverse())).toList();
    while (!links.awaitOpen(directions, OPENER_CHECK_MILLIS)) {
      if (!openers.wasOpenLately(openerAddress(), proxyAddress())) {
        return false;
      }
    }
    return isOpenerThere();
  }

  private boolean isOpenerThere() throws IOException {
    return openers.isOpen(openerAddress(), proxyAddress());
  }

  private void transfer(End from) throws IOException, InterruptedException {
    try (var accepted = SocketChannel.open()) {
      var _ = opener.setOption(StandardSocketOptions.TCP_NODELAY, true);
      var _ = accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
      var _ = accepted.connect(target);
      transfer(from, accepted);
    }
  }

  private void transfer(End from, SocketChannel accepted) throws IOException, InterruptedException {
    var there = pump(opener, accepted, link(from));
    var back = pump(accepted, opener, link(from).map(Link::reverse));
    BlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      start(threads, there, back, endings);
      start(threads, back, there, endings);
      try {
        if (bothClose(endings)) {
          opener.close();
          accepted.close();
        }
      } finally {
        // Before the interrupts, which would close them without a reset.
        abort(opener);
        abort(accepted);
        var _ = threads.shutdownNow();
      }
    }
  }

  // A close ends one direction, a reset both.
  private static boolean bothClose(BlockingQueue<Ending> endings) throws InterruptedException {
    for (int direction = 0; direction < 2; direction++) {
      if (endings.take() == Ending.RESET) {
        return false;
      }
    }
    return true;
  }

  private StreamPump pump(SocketChannel source, SocketChannel destination, Optional<Link> link) {
    return new StreamPump(source, destination, link, links, openers, random.split());
  }

  private static void start(
      ExecutorService threads, StreamPump pump, StreamPump other, BlockingQueue<Ending> endings) {
    threads.execute(
        () -> {
          try {
            pump.read();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
    threads.execute(
        () -> {
          try {
            pump.write(other, endings::add);
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /// None between a node and itself.
  private Optional<Link> link(End from) {
    return from.equals(End.node(node))
        ? Optional.empty()
        : Optional.of(new Link(from, End.node(node)));
  }

  private InetSocketAddress openerAddress() throws IOException {
    return (InetSocketAddress) opener.getRemoteAddress();
  }

  private InetSocketAddress proxyAddress() throws IOException {
    return (InetSocketAddress) opener.getLocalAddress();
  }

  /// Closes with a reset.
  private static void abort(SocketChannel channel) {
    try (channel) {
      var _ = channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException _) {
      // Closed already.
    }
  }
}
