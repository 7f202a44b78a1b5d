package io.quiverdb.jepsen.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;

/// A network of TCP proxies on loopback, for any user. Node `i` listens on `127.0.1.(i+1)` and is
/// advertised as `127.0.2.(i+1)`, where proxies stand for it on the same ports; who opened a
/// connection is looked up in `/proc`.
///
/// What is blocked stays where it is and is delivered after the heal, as TCP's retransmission
/// would; a new connection seems to open, and then nothing happens on it. Packets cannot be lost,
/// doubled or reordered here. While a node is down its connections are not refused but opened and
/// reset.
public final class ProxyNet implements Net {
  private static final Set<Impairment> SUPPORTED =
      EnumSet.of(Impairment.BLOCK, Impairment.DELAY, Impairment.JITTER);

  private final NetSpec spec;
  private final String reason;
  private final SplittableRandom random;
  private final LinkTable links;
  private final ConnectionOpeners openers;
  private final List<ServerSocketChannel> listeners = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private ProxyNet(NetSpec spec, String reason) {
    this.spec = spec;
    this.reason = reason;
    this.random = new SplittableRandom(spec.seed());
    this.links = new LinkTable(spec.nodes(), SUPPORTED);
    this.openers = new ConnectionOpeners(Path.of("/proc"), spec.nodes(), spec.pids());
  }

  /// @throws NetUnavailableException if the addresses cannot be bound
  public static ProxyNet open(NetSpec spec) throws NetUnavailableException {
    return open(spec, "asked for");
  }

  /// @param reason why this and no other
  static ProxyNet open(NetSpec spec, String reason) throws NetUnavailableException {
    var net = new ProxyNet(spec, reason);
    try {
      for (int node = 0; node < spec.nodes(); node++) {
        for (int port : spec.ports()) {
          net.listen(node, port);
        }
      }
      return net;
    } catch (IOException e) {
      net.close();
      throw new NetUnavailableException("proxies on loopback: " + e.getMessage(), e);
    }
  }

  @Override
  public int nodes() {
    return spec.nodes();
  }

  @Override
  public NodeHost host(int node) {
    return new NodeHost(
        address(1, node).getHostAddress(), address(2, node).getHostAddress(), List.of(), true);
  }

  @Override
  public boolean supports(Impairment impairment) {
    return links.supports(impairment);
  }

  @Override
  public String describe() {
    return "TCP proxies on loopback, which cannot lose, double or reorder packets (" + reason + ")";
  }

  @Override
  public Quality quality(Link link) {
    return links.quality(link);
  }

  @Override
  public void update(Link link, UnaryOperator<Quality> change) {
    links.update(link, change);
  }

  @Override
  public void heal() {
    links.heal();
  }

  @Override
  public void close() {
    for (var listener : listeners) {
      try {
        listener.close();
      } catch (IOException e) {
        links.fail(e);
      }
    }
    var _ = threads.shutdownNow();
    threads.close();
  }

  private void listen(int node, int port) throws IOException {
    var at = new InetSocketAddress(address(2, node), port);
    var listener = ServerSocketChannel.open();
    listeners.add(listener);
    try {
      var _ = listener.bind(at);
    } catch (IOException e) {
      throw new IOException(at + ": " + e.getMessage(), e);
    }
    var target = new InetSocketAddress(address(1, node), port);
    var random = this.random.split();
    threads.execute(() -> accept(listener, node, target, random));
  }

  private void accept(
      ServerSocketChannel listener, int node, InetSocketAddress target, SplittableRandom random) {
    try {
      while (true) {
        var opener = listener.accept();
        try {
          var connection =
              new ProxiedConnection(opener, node, target, links, openers, random.split());
          threads.execute(connection::run);
        } catch (RejectedExecutionException _) {
          opener.close();
        }
      }
    } catch (ClosedChannelException _) {
      // The network is closed.
    } catch (IOException | RuntimeException e) {
      links.fail(e);
    }
  }

  /// @param side 1 where nodes listen, 2 where they are advertised
  private static InetAddress address(int side, int node) {
    return InetAddress.ofLiteral("127.0." + side + "." + (node + 1));
  }
}
