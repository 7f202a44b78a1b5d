package io.quiverdb.jepsen.cluster;

import io.quiverdb.cli.local.FreePorts;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.core.faultfs.FaultFs;
import io.quiverdb.jepsen.net.NamespaceNet;
import io.quiverdb.jepsen.net.Net;
import io.quiverdb.jepsen.net.NetSpec;
import io.quiverdb.jepsen.net.NetUnavailableException;
import io.quiverdb.jepsen.net.NodeHost;
import io.quiverdb.jepsen.net.ProxyNet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The parts of a cluster under test, put together and not started.
///
/// @param addresses where nodes serve clients, by number
/// @param disks by number of the node; none without [Equipment#DISK]
/// @param obstacles why there is not what was asked for
record Assembly(
    List<String> addresses,
    Optional<NodeProcesses> processes,
    Optional<Net> net,
    List<FaultFs> disks,
    Optional<Clocks> clocks,
    Map<Equipment, String> obstacles) {
  private static final String JAVA_OPTIONS = "QUIVER_JAVA_OPTIONS";

  /// A run is over before the second compiler has paid off. What the program asserts of itself is
  /// to hold under faults above all.
  private static final String JVM_OPTIONS = "-Xmx384m -XX:TieredStopAtLevel=1 -ea:io.quiverdb...";

  /// Files as small as they may be: only whole ones are deleted.
  private static final Map<String, String> SHORT_LOG =
      Map.of("QUIVER_RAFT_LOG_SEGMENT", "4MiB", "QUIVER_RAFT_LOG_TAIL", "0");

  private static final int PORTS_PER_NODE = 3;

  static Assembly of(ClusterPlan plan) throws IOException {
    var obstacles = new EnumMap<Equipment, String>(Equipment.class);
    var disks = plan.equipment().contains(Equipment.DISK) ? disks(plan) : List.<FaultFs>of();
    Optional<Clocks> clocks = clocks(plan, obstacles);
    // The links are there before the processes whose connections they tell apart.
    var processes = new AtomicReference<@Nullable LocalCluster>();
    var ports = ports(plan);
    Optional<Net> net = net(plan, ports, () -> Optional.ofNullable(processes.get()), obstacles);
    try {
      var places = places(plan, ports, net, environments(plan, disks, clocks));
      var local = LocalCluster.prepare(plan.serve(), plan.folder(), places);
      processes.set(local);
      return new Assembly(
          local.endpoints(), Optional.of(new NodeProcesses(local)), net, disks, clocks, obstacles);
    } catch (Throwable e) {
      net.ifPresent(Net::close);
      throw e;
    }
  }

  /// A cluster of others.
  static Assembly at(List<String> addresses) {
    var obstacles = new EnumMap<Equipment, String>(Equipment.class);
    for (var equipment : Equipment.values()) {
      obstacles.put(equipment, "the cluster was there before: its nodes cannot be got at");
    }
    return new Assembly(
        List.copyOf(addresses),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        obstacles);
  }

  private static List<FaultFs> disks(ClusterPlan plan) {
    var disks = new ArrayList<FaultFs>();
    for (int node = 0; node < plan.nodes(); node++) {
      var folder = plan.folder().resolve("node-" + (node + 1));
      disks.add(new FaultFs(folder.resolve("data"), folder.resolve("disk-journal")));
    }
    return List.copyOf(disks);
  }

  private static Optional<Clocks> clocks(ClusterPlan plan, Map<Equipment, String> obstacles)
      throws IOException {
    if (!plan.equipment().contains(Equipment.CLOCK)) {
      return Optional.empty();
    }
    var obstacle = Clocks.obstacle();
    obstacle.ifPresent(reason -> obstacles.put(Equipment.CLOCK, reason));
    return obstacle.isPresent()
        ? Optional.empty()
        : Optional.of(Clocks.in(plan.folder().resolve("clocks"), plan.nodes()));
  }

  /// With links every node has a host of its own, and all have the same ports.
  private static List<Integer> ports(ClusterPlan plan) throws IOException {
    boolean hosts = plan.equipment().contains(Equipment.NET);
    return new FreePorts(new Random()).find(PORTS_PER_NODE * (hosts ? 1 : plan.nodes()));
  }

  private static Optional<Net> net(
      ClusterPlan plan,
      List<Integer> ports,
      Supplier<Optional<LocalCluster>> processes,
      Map<Equipment, String> obstacles) {
    if (!plan.equipment().contains(Equipment.NET)) {
      return Optional.empty();
    }
    var spec = new NetSpec(plan.nodes(), ports, plan.seed(), node -> pid(processes.get(), node));
    try {
      return Optional.of(
          switch (plan.net()) {
            case AUTO -> Net.open(spec);
            case NAMESPACES -> NamespaceNet.open(spec);
            case PROXIES -> ProxyNet.open(spec);
          });
    } catch (NetUnavailableException e) {
      obstacles.put(Equipment.NET, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static OptionalLong pid(Optional<LocalCluster> local, int node) {
    return local
        .map(cluster -> cluster.nodes().get(node).process())
        .filter(process -> process.isAlive())
        .map(process -> OptionalLong.of(process.pid()))
        .orElseGet(OptionalLong::empty);
  }

  private static List<Map<String, String>> environments(
      ClusterPlan plan, List<FaultFs> disks, Optional<Clocks> clocks) throws IOException {
    var environments = new ArrayList<Map<String, String>>();
    Optional<Path> agent =
        disks.isEmpty()
            ? Optional.empty()
            : Optional.of(FaultFs.writeAgentJar(plan.folder().resolve("fault-fs.jar")));
    for (int node = 0; node < plan.nodes(); node++) {
      var options = new ArrayList<>(List.of(JVM_OPTIONS));
      int number = node;
      agent.ifPresent(jar -> options.addAll(disks.get(number).jvmOptions(jar)));
      var environment = new HashMap<String, String>();
      environment.put("JAVA_HOME", System.getProperty("java.home"));
      environment.put(JAVA_OPTIONS, String.join(" ", options));
      clocks.ifPresent(some -> environment.putAll(some.settable(number)));
      if (plan.equipment().contains(Equipment.SHORT_LOG)) {
        environment.putAll(SHORT_LOG);
      }
      environments.add(environment);
    }
    return environments;
  }

  private static List<NodePlace> places(
      ClusterPlan plan,
      List<Integer> ports,
      Optional<Net> net,
      List<Map<String, String>> environments) {
    var places = new ArrayList<NodePlace>();
    for (int node = 0; node < plan.nodes(); node++) {
      int number = node;
      places.add(
          net.map(links -> place(links.host(number), environments.get(number), ports))
              .orElseGet(() -> onLoopback(number, environments.get(number), ports)));
    }
    return Collections.unmodifiableList(places);
  }

  private static NodePlace place(
      NodeHost host, Map<String, String> environment, List<Integer> ports) {
    return new NodePlace(
        host.commandPrefix(),
        environment,
        host.listen(),
        host.advertise(),
        ports.get(0),
        ports.get(1),
        ports.get(2));
  }

  private static NodePlace onLoopback(
      int node, Map<String, String> environment, List<Integer> ports) {
    int first = PORTS_PER_NODE * node;
    return NodePlace.onLoopback(environment, ports.subList(first, first + PORTS_PER_NODE))
        .getFirst();
  }
}
