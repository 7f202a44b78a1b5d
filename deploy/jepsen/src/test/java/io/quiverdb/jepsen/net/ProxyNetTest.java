package io.quiverdb.jepsen.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ProxyNetTest extends NetContract {
  private static final int ATTEMPTS = 30;

  @Override
  EchoCluster startCluster() throws IOException, InterruptedException, NetUnavailableException {
    return EchoCluster.start(ProxyNet::open, SEED);
  }

  @Test
  void lossDuplicationAndReorderingOfPacketsAreRefused() {
    assertThat(cluster.net().supports(Impairment.BLOCK)).isTrue();
    assertThat(cluster.net().supports(Impairment.LOSS)).isFalse();
    assertThat(cluster.net().describe()).contains("cannot lose, double or reorder packets");
    assertThatThrownBy(() -> update(Link.between(0, 1), Quality.GOOD.withLoss(0.1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("impairments: [LOSS] (expected: of those that can be had here, ");
    assertThat(cluster.net().quality(Link.between(0, 1))).isEqualTo(Quality.GOOD);
  }

  @Test
  void theDeathOfANodeShowsOnlyAfterTheHealIfItsLinkIsBlocked() throws Exception {
    var connection = cluster.open(0, 1);
    cluster.ask(0, connection, "living");
    block(Link.between(1, 0));

    cluster.node(1).kill();
    try {
      // Accepted by the kernel of a node that is gone: answered with a reset, which does not pass.
      cluster.node(0).tell("say " + connection + " ghost");
      var other = cluster.open(0, 2);
      cluster.ask(0, other, "someone");
      assertThat(cluster.node(0).hasPrinted("closed " + connection)).isFalse();
      assertThat(cluster.node(0).hasPrinted("reset " + connection)).isFalse();

      cluster.net().heal();
      var _ =
          cluster
              .node(0)
              .await(
                  line -> line.equals("closed " + connection) || line.equals("reset " + connection),
                  "closed or reset");
    } finally {
      cluster.start(1);
    }
  }

  @Test
  void connectionsToANodeThatIsDownAreResetAndLeaveNothingOpen() throws Exception {
    long before = openSockets();
    cluster.node(1).kill();
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        var refused = cluster.open(0, 1);
        cluster.node(0).await("reset " + refused);
      }
    } finally {
      cluster.start(1);
    }
    awaitOpenSockets(before);
  }

  @Test
  void connectionsThatAreGivenUpWhileBlockedNeverReachTheNodeAndLeaveNothingOpen()
      throws Exception {
    long before = openSockets();
    block(Link.between(0, 1));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var given = cluster.open(0, 1);
      cluster.node(0).await("opened " + given);
      cluster.node(0).tell("say " + given + " late" + attempt);
      cluster.node(0).tell("hang-up " + given);
      cluster.node(0).await("reset " + given);
    }
    awaitOpenSockets(before);

    cluster.net().heal();
    cluster.ask(0, cluster.open(0, 1), "healthy");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      assertThat(cluster.node(1).hasPrinted("received late" + attempt)).isFalse();
    }
  }

  @Test
  void connectionsThatEndOnEitherSideLeaveNothingOpen() throws Exception {
    long before = openSockets();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var connection = cluster.open(0, 2);
      cluster.ask(0, connection, "brief" + attempt);
      cluster.node(0).tell("hang-up " + connection);
      cluster.node(0).await("reset " + connection);
    }
    awaitOpenSockets(before);
  }

  @Test
  void anAddressInUseIsSaid() throws Exception {
    var taken = new NetSpec(1, List.of(cluster.port()), SEED, _ -> OptionalLong.empty());

    assertThatThrownBy(() -> ProxyNet.open(taken))
        .isInstanceOf(NetUnavailableException.class)
        .hasMessageContaining("127.0.2.1")
        .hasMessageContaining("Address already in use");
  }

  private static void awaitOpenSockets(long most) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (openSockets() > most) {
      assertThat(System.nanoTime() - end).as("sockets still open").isNegative();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /// Of this process, where the proxies are.
  private static long openSockets() throws IOException {
    long sockets = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (var entry : entries) {
        if (isSocket(entry)) {
          sockets++;
        }
      }
    }
    return sockets;
  }

  private static boolean isSocket(Path entry) {
    try {
      return Files.readSymbolicLink(entry).toString().startsWith("socket:");
    } catch (IOException _) {
      return false; // closed meanwhile
    }
  }
}
