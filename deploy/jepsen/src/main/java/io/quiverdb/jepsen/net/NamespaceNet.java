package io.quiverdb.jepsen.net;

import java.io.IOException;
import java.net.NetworkInterface;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A network namespace for every node, joined with each other and with this process by a switch in
/// user space: a link can do to packets whatever a network can. Node `i` listens on and is
/// advertised as `198.18.x.(i+1)`, of the addresses for tests of networks (RFC 2544); `x` is free
/// on this machine.
///
/// It takes the right to make namespaces and TUN devices, which root has, and any user in a user
/// namespace of their own: `unshare --user --map-root-user --net --mount` before the harness,
/// `/run` mounted anew there, and `/dev/net/tun` open to all, as it usually is.
public final class NamespaceNet implements Net {
  private static final AtomicInteger NETWORKS = new AtomicInteger();
  private static final int SUBNETS = 256;

  private final NetSpec spec;
  private final int network = NETWORKS.getAndIncrement();
  private final String subnet;
  private final LinkTable links;
  private final List<NetworkNamespace> namespaces = new ArrayList<>();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread onExit = Thread.ofPlatform().unstarted(this::closeAll);

  private NamespaceNet(NetSpec spec) throws IOException {
    this.spec = spec;
    this.subnet = freeSubnet();
    this.links = new LinkTable(spec.nodes(), EnumSet.allOf(Impairment.class));
  }

  /// @throws NetUnavailableException if this process may not, or lacks what it takes
  public static NamespaceNet open(NetSpec spec) throws NetUnavailableException {
    try {
      NetworkNamespace.removeStale();
      var net = new NamespaceNet(spec);
      Runtime.getRuntime().addShutdownHook(net.onExit);
      try {
        net.build();
        return net;
      } catch (IOException e) {
        net.close();
        throw e;
      }
    } catch (IOException e) {
      throw new NetUnavailableException("no network namespaces: " + e.getMessage(), e);
    }
  }

  @Override
  public int nodes() {
    return spec.nodes();
  }

  @Override
  public NodeHost host(int node) {
    return new NodeHost(address(node), address(node), namespaces.get(node).enter(), false);
  }

  @Override
  public boolean supports(Impairment impairment) {
    return links.supports(impairment);
  }

  @Override
  public String describe() {
    return "a network namespace for each node (%s), joined by a packet switch"
        .formatted(
            namespaces.stream().map(NetworkNamespace::name).collect(Collectors.joining(", ")));
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

  /// Processes that run in a namespace keep it, but nothing connects it any longer.
  @Override
  public void close() {
    closeAll();
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException _) {
      // The process is ending.
    }
  }

  private void build() throws IOException {
    var devices = new ArrayList<TunDevice>();
    var ends = new ArrayList<End>();
    for (int node = 0; node < spec.nodes(); node++) {
      devices.add(device(node));
      var namespace = NetworkNamespace.create(network, node);
      opened.push(namespace);
      namespaces.add(namespace);
      namespace.adopt(devices.get(node), address(node) + "/24");
      ends.add(End.node(node));
    }
    devices.add(device(spec.nodes()));
    NetworkNamespace.attach(devices.getLast(), address(spec.nodes()) + "/24");
    ends.add(End.clients());
    opened.push(PacketSwitch.start(ends, devices, links, spec.seed()));
  }

  private TunDevice device(int port) throws IOException {
    // Within 15 characters.
    var owner = Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
    var device = TunDevice.create("qv" + owner + "-" + network + "-" + port);
    opened.push(device);
    return device;
  }

  private void closeAll() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        links.fail(e);
      }
    }
  }

  private String address(int port) {
    return subnet + (port + 1);
  }

  private static String freeSubnet() throws IOException {
    var used =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .map(address -> address.getHostAddress())
            .toList();
    int first = (int) (ProcessHandle.current().pid() % SUBNETS);
    return IntStream.range(0, SUBNETS)
        .mapToObj(step -> "198.18." + (first + step) % SUBNETS + ".")
        .filter(subnet -> used.stream().noneMatch(address -> address.startsWith(subnet)))
        .findFirst()
        .orElseThrow(() -> new IOException("no addresses: 198.18.0.0/16 is used up"));
  }
}
