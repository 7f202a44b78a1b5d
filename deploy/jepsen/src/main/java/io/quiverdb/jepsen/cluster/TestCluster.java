package io.quiverdb.jepsen.cluster;

import io.quiverdb.cli.cluster.CatchUp;
import io.quiverdb.cli.cluster.Readiness;
import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterTopology;
import io.quiverdb.client.MembershipChange;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.client.ReplicaCheck;
import io.quiverdb.client.ReplicaMove;
import io.quiverdb.client.UnavailableException;
import io.quiverdb.core.faultfs.FaultFs;
import io.quiverdb.jepsen.net.Net;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/// The cluster under test, its nodes numbered from 0: one that was made for the run, to which all
/// can be done, or one that was there before, to which little can. Safe for use by several threads.
public final class TestCluster implements AutoCloseable {
  private static final int SHARDS = 3;
  private static final Duration OPERATOR_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration CLIENT_TIMEOUT = Duration.ofMillis(2_500);
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(1_200);

  /// For what tells a nemesis who leads: a guess that comes late is of no use.
  private static final Duration GLANCE_TIMEOUT = Duration.ofSeconds(2);

  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(5);

  private final Assembly assembly;
  private final Set<Integer> damaged = ConcurrentHashMap.newKeySet();
  private final Members members;

  /// @param folder of the run
  private TestCluster(Assembly assembly, Path folder) {
    this.assembly = assembly;
    this.members = new Members(new Ground(), folder);
  }

  /// Nodes of our own, of which none runs yet.
  public static TestCluster prepare(ClusterPlan plan) throws IOException {
    return new TestCluster(Assembly.of(plan), plan.folder());
  }

  /// A cluster that is there and stays.
  ///
  /// @param addresses host:port where its nodes serve clients, all of them
  /// @param folder of the run
  public static TestCluster at(List<String> addresses, Path folder) {
    return new TestCluster(Assembly.at(addresses), folder);
  }

  /// Starts the nodes and forms them into one cluster.
  ///
  /// @throws LocalClusterException if it does not come up
  public void form() throws IOException, InterruptedException {
    processes().startAll();
    awaitAllAnswering();
    try (var operator = operator()) {
      var formed = operator.cluster().init(SHARDS, Math.min(3, size()));
      assert formed.shards() == SHARDS : formed;
      awaitReady(operator);
    }
  }

  /// @throws LocalClusterException if no node answers
  public void requireAnswering() {
    try (var glance = glance()) {
      var _ = glance.cluster().topology();
    } catch (QuiverException e) {
      throw new LocalClusterException(
          "the cluster at %s does not answer: %s (expected: a cluster that is formed)"
              .formatted(assembly.addresses(), e.getMessage()));
    }
  }

  /// Why there is not what some nemeses need; empty if there is.
  public Optional<String> obstacle(Equipment equipment) {
    return Optional.ofNullable(assembly.obstacles().get(equipment));
  }

  /// @throws java.util.NoSuchElementException if there is an obstacle
  public NodeProcesses processes() {
    return assembly.processes().orElseThrow();
  }

  /// @throws java.util.NoSuchElementException if there is an obstacle
  public Net net() {
    return assembly.net().orElseThrow();
  }

  /// @throws IndexOutOfBoundsException if there is an obstacle
  public FaultFs disk(int node) {
    return assembly.disks().get(node);
  }

  /// @throws java.util.NoSuchElementException if there is an obstacle
  public Clocks clocks() {
    return assembly.clocks().orElseThrow();
  }

  /// Which nodes replicate what.
  public Members members() {
    return members;
  }

  private final class Ground implements Members.Ground {
    @Override
    public List<String> addresses() {
      return assembly.addresses();
    }

    @Override
    public ClusterStatus status() {
      Optional<QuiverException> failure = Optional.empty();
      for (int node : runningOrAll()) {
        try (var client = clientOf(node)) {
          // A plan is made of what the catalogue's majority has, and then this node has that too.
          var _ = client.cluster().plan(new MembershipChange.Rebalance());
          return client.cluster().status();
        } catch (QuiverException e) {
          failure = Optional.of(e);
        }
      }
      throw failure.orElseThrow();
    }

    @Override
    public List<ReplicaMove> change(MembershipChange change) {
      try (var client = clientOfRunning()) {
        return client.cluster().change(change);
      }
    }

    /// It then waits to be let in by the others.
    @Override
    public void renew(int node) throws IOException, InterruptedException {
      processes()
          .killAnd(
              node,
              () -> {
                deleteContent(processes().data(node));
                if (!assembly.disks().isEmpty()) {
                  disk(node).renew();
                }
              });
      processes().start(node);
    }
  }

  private static void deleteContent(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
  }

  /// What the cluster's links are made of, in a sentence.
  public String describeNet() {
    return assembly.net().map(Net::describe).orElse("links as they are");
  }

  public int size() {
    return assembly.addresses().size();
  }

  /// `n1`, `n2` and so on: as histories name nodes.
  public static String name(int node) {
    return "n" + (node + 1);
  }

  /// host:port where a node serves clients.
  public String address(int node) {
    return assembly.addresses().get(node);
  }

  /// Numbers of the nodes to which nothing was done that keeps them from running.
  public List<Integer> running() {
    return assembly
        .processes()
        .map(NodeProcesses::running)
        .orElseGet(() -> IntStream.range(0, size()).boxed().toList());
  }

  private List<Integer> runningOrAll() {
    var running = running();
    return running.isEmpty() ? IntStream.range(0, size()).boxed().toList() : running;
  }

  /// A client that asks any node, with patience.
  public QuiverClient operator() {
    return client(OPERATOR_TIMEOUT).build();
  }

  /// A client that asks any node and gives up at once.
  public QuiverClient glance() {
    return client(GLANCE_TIMEOUT).build();
  }

  /// A client that asks those who run, and waits for as long as an election may take: those who are
  /// paused would cost it that time.
  public QuiverClient clientOfRunning() {
    return QuiverClient.builder()
        .seeds(runningOrAll().stream().map(this::address).toList())
        .plaintext()
        .timeout(ELECTION_TIMEOUT)
        .build();
  }

  private QuiverClient.Builder client(Duration timeout) {
    return QuiverClient.builder().seeds(assembly.addresses()).plaintext().timeout(timeout);
  }

  /// A client that asks this node only and soon gives up, so that what the node says is not hidden
  /// by what others say.
  public QuiverClient clientOf(int node) {
    return QuiverClient.builder()
        .seeds(address(node))
        .seedsOnly()
        .plaintext()
        .timeout(CLIENT_TIMEOUT)
        .attemptTimeout(ATTEMPT_TIMEOUT)
        .build();
  }

  private QuiverClient glanceAt(int node) {
    return QuiverClient.builder()
        .seeds(address(node))
        .seedsOnly()
        .plaintext()
        .timeout(GLANCE_TIMEOUT)
        .build();
  }

  public int shards() {
    return SHARDS;
  }

  /// Who leads a shard, as far as somebody who runs knows.
  public Optional<Integer> leaderOf(int shard) {
    for (int node : running()) {
      try (var glance = glanceAt(node)) {
        var leader = leaderOf(shard, glance.cluster().topology());
        if (leader.isPresent()) {
          return leader;
        }
      } catch (QuiverException _) {
        // Another one may know.
      }
    }
    return Optional.empty();
  }

  private Optional<Integer> leaderOf(int shard, ClusterTopology topology) {
    return topology.shards().stream()
        .filter(one -> one.number() == shard)
        .flatMap(one -> one.leaderId().stream())
        .flatMap(id -> topology.nodes().stream().filter(node -> node.id().equals(id)))
        .map(node -> assembly.addresses().indexOf(node.clientAddress()))
        .filter(number -> number >= 0)
        .findFirst();
  }

  /// Waits until a node answers clients: that it takes connections would say nothing, where there
  /// is a proxy before it.
  ///
  /// @throws LocalClusterException if it ends instead
  public void awaitAnswering(int node) throws InterruptedException {
    try (var client = glanceAt(node)) {
      var _ =
          Waiting.until(
              name(node) + " answers", () -> answers(node, client), answering -> answering);
    }
  }

  private boolean answers(int node, QuiverClient client) {
    if (assembly.processes().filter(processes -> !processes.isAlive(node)).isPresent()) {
      throw new LocalClusterException(name(node) + " has ended: " + processes().lastWords(node));
    }
    try {
      var _ = client.cluster().topology();
      return true;
    } catch (UnavailableException e) {
      return e.reason().filter("not_formed"::equals).isPresent();
    }
  }

  private void awaitAllAnswering() throws InterruptedException {
    for (int node = 0; node < size(); node++) {
      awaitAnswering(node);
    }
  }

  /// Files of a node are about to be what it did not write. It is to notice, and to make it good.
  public void damage(int node) {
    var _ = damaged.add(node);
  }

  /// Nodes whose files were damaged.
  public Set<Integer> damaged() {
    return Set.copyOf(damaged);
  }

  /// Has every replica read its files, which is how it learns that they are damaged, as far as who
  /// runs can be asked.
  public void readAllFiles() {
    try (var client = clientOfRunning()) {
      for (var collection : client.collections()) {
        var _ = client.collection(collection.name()).verify();
      }
    } catch (QuiverException _) {
      // Later, then.
    }
  }

  /// Takes all faults away, lets everybody run, and waits until all serve and have caught up with
  /// each other.
  ///
  /// @throws LocalClusterException if that does not come about
  public void recover() throws IOException, InterruptedException {
    assembly.net().ifPresent(Net::heal);
    for (var disk : assembly.disks()) {
      disk.heal();
    }
    if (assembly.processes().isPresent()) {
      processes().runAll();
    }
    awaitAllAnswering();
    members.settle();
    try (var operator = operator()) {
      awaitReady(operator);
      if (!damaged.isEmpty()) {
        readAllFiles();
        awaitReady(operator);
      }
      for (int node = 0; node < size(); node++) {
        var address = address(node);
        Waiting.until(
            name(node) + " has caught up",
            () -> CatchUp.lag(operator.cluster().status(), address),
            lag -> lag == 0);
      }
    }
  }

  /// All replicas' hashes, once every replica answers.
  public ReplicaCheck compareReplicas() throws InterruptedException {
    try (var operator = operator()) {
      return Waiting.until(
          "every replica answers with its hash",
          () -> operator.cluster().check(),
          TestCluster::isAnsweredByAll);
    }
  }

  private static boolean isAnsweredByAll(ReplicaCheck check) {
    return check.catalog().isPresent()
        && check.replicas().stream().allMatch(replica -> replica.hash().isPresent());
  }

  private static void awaitReady(QuiverClient operator) throws InterruptedException {
    Waiting.until(
        "the cluster is ready",
        () -> Readiness.of(operator.cluster().topology(), operator.cluster().status()),
        Readiness::isReady);
  }

  /// Ends what was made for the run.
  @Override
  public void close() {
    assembly.processes().ifPresent(NodeProcesses::close);
    assembly.net().ifPresent(Net::close);
  }

  /// As [#close], at once: no node has a chance to finish anything.
  public void killAll() {
    assembly.processes().ifPresent(NodeProcesses::killAll);
    assembly.net().ifPresent(Net::close);
  }
}
