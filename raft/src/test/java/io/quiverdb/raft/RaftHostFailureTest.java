package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.StoreFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RaftHostFailureTest {
  @TempDir Path directory;

  @Test
  void addressInUseIsNamedAndNothingIsLeftBehind() throws IOException {
    try (var cluster = TestCluster.unformed(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.kill();
      String address = node.addresses().raft();
      int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      try (var _ = new ServerSocket(port, 1, InetAddress.getByName(Loopback.host()))) {
        assertThatThrownBy(node::start)
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("raft address " + address);
      }

      node.start();

      assertThat(node.host().status().replicas()).isEmpty();
    }
  }

  @Test
  void nothingIsLeftBehindWhenTheGroupsFoundCannotBeServed() {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      node.kill();
      var taken = new MetricRegistry();
      taken.registerGauge("quiver.raft.inflight.entries{shard=0}", () -> 0);

      assertThatThrownBy(() -> node.start(taken)).isInstanceOf(IllegalArgumentException.class);

      // The same port and the same locks.
      node.start();
      cluster.awaitReady();
    }
  }

  @Test
  void directoryWithoutItsNodeFileIsRefused() throws IOException {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      node.kill();
      Files.delete(node.directory().resolve("node"));

      assertThatThrownBy(node::start)
          .isInstanceOf(CorruptFileException.class)
          .hasMessageStartingWith("node at 0: file is missing");
    }
  }

  @Test
  void nodeFileOfAnotherVersionIsRefused() throws IOException {
    try (var cluster = TestCluster.unformed(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.kill();
      Path file = node.directory().resolve("node");
      Files.writeString(file, Files.readString(file).replace("node 1", "node 2"));

      assertThatThrownBy(node::start)
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("format version is 2 (expected: 1)");
    }
  }

  @Test
  void groupWhoseLogAndVoteAreGoneIsNotMadeAnew() throws IOException {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      node.kill();
      try (var groups = Files.newDirectoryStream(node.directory().resolve("raft"))) {
        delete(groups.iterator().next());
      }

      node.start();

      assertThat(node.host().status().replicas())
          .filteredOn(replica -> replica.quarantine().isPresent())
          .singleElement()
          .satisfies(
              replica -> {
                assertThat(replica.quarantine()).contains(QuarantineCause.VOTE);
                assertThat(node.host().replica(replica.group())).isEmpty();
              });
    }
  }

  @Test
  void nodeWhoseGroupsAreAllGoneDoesNotStartAndServesWhenTheyAreBack() throws IOException {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      node.kill();
      var raft = node.directory().resolve("raft");
      var elsewhere = node.directory().resolveSibling("elsewhere");
      Files.move(raft, elsewhere);

      assertThatThrownBy(node::start)
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("directories of groups");
      delete(raft);
      Files.move(elsewhere, raft);
      node.start();

      cluster.awaitReady();
      assertThat(node.host().status().replicas()).noneMatch(one -> one.quarantine().isPresent());
    }
  }

  @Test
  void groupsWithoutTheirClaimAreRefused() throws IOException {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      node.kill();
      Files.delete(node.directory().resolve("claim"));

      assertThatThrownBy(node::start)
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("claim");
    }
  }

  @Test
  void failedCheckpointIsFatalAndSeenInTheStatus() throws IOException {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      new TestClient(cluster).create("things");
      Path shard = node.directory().resolve("shards").resolve("0");
      delete(shard);
      Files.createFile(shard);

      assertThatThrownBy(node.host()::checkpoint).isInstanceOf(StoreFailedException.class);

      assertThat(node.fatal()).hasSize(1).first().isInstanceOf(StoreFailedException.class);
      assertThat(node.host().status().reasons())
          .containsExactly("shard 0: failed: StoreFailedException");
    }
  }

  @Test
  void metricsOfRatisAndOursAreInTheRegistryOfTheNodeWhileItIsUp() {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      var client = new TestClient(cluster);
      client.upsert(client.create("things"), "a", 1, 2);
      var metrics = node.metrics();

      assertThat(metrics.getTimers())
          .anySatisfy(
              (name, timer) -> {
                assertThat(name).startsWith("ratis.log_worker.").endsWith(".flushTime");
                assertThat(timer.getCount()).isPositive();
              });
      assertThat(metrics.getGauges())
          .hasEntrySatisfying(
              "quiver.raft.inflight.entries{shard=0}",
              gauge -> assertThat(gauge.getValue()).isEqualTo(0));

      node.kill();

      assertThat(metrics.getNames()).noneMatch(name -> name.startsWith("ratis."));
      assertThat(metrics.getGauges()).isEmpty();
    }
  }

  private static void delete(Path root) throws IOException {
    try (var paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
