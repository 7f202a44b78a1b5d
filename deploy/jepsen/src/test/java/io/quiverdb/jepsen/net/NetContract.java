package io.quiverdb.jepsen.net;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What every [Net] does with processes that open connections to each other.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class NetContract {
  static final long SEED = Long.getLong("quiver.seed", 7);
  // So many questions are answered elsewhere while nothing must happen here.
  private static final int MEANWHILE = 20;
  private static final int SAMPLES = 21;

  EchoCluster cluster;

  abstract EchoCluster startCluster()
      throws IOException, InterruptedException, NetUnavailableException;

  @BeforeAll
  void start() throws IOException, InterruptedException, NetUnavailableException {
    System.out.println(getClass().getSimpleName() + ": -Dquiver.seed=" + SEED);
    cluster = startCluster();
  }

  @AfterAll
  void stop() throws InterruptedException {
    if (cluster != null) {
      cluster.stop();
    }
  }

  @AfterEach
  void heal() {
    if (cluster != null) {
      cluster.net().heal();
    }
  }

  @Test
  void everyoneReachesEveryNode() throws Exception {
    for (int from = 0; from < EchoCluster.NODES; from++) {
      for (int to = 0; to < EchoCluster.NODES; to++) {
        cluster.ask(from, cluster.open(from, to), "from" + from + "to" + to);
      }
    }
    for (int node = 0; node < EchoCluster.NODES; node++) {
      assertThat(askAsClient(node, "client" + node)).isEqualTo("client" + node);
    }
  }

  @Test
  void whatABlockedLinkHeldArrivesAfterTheHeal() throws Exception {
    var connection = cluster.open(0, 1);
    cluster.ask(0, connection, "before");
    block(Link.between(0, 1));

    cluster.node(0).tell("say " + connection + " held");
    letTimePass(2, 0);
    assertThat(cluster.node(1).hasPrinted("received held")).isFalse();

    cluster.net().heal();
    cluster.node(0).await("heard " + connection + " held");
  }

  @Test
  void aBlockedLinkStillDeliversInTheOtherDirection() throws Exception {
    var connection = cluster.open(0, 1);
    cluster.ask(0, connection, "earlier");
    block(Link.between(1, 0));

    cluster.node(0).tell("say " + connection + " unanswered");
    cluster.node(1).await("received unanswered");
    letTimePass(2, 1);
    assertThat(cluster.node(0).hasPrinted("heard " + connection + " unanswered")).isFalse();

    cluster.net().heal();
    cluster.node(0).await("heard " + connection + " unanswered");
  }

  @Test
  void aConnectionOpenedOverABlockedLinkIsUsableAfterTheHeal() throws Exception {
    for (var blocked : Set.of(Link.between(0, 1), Link.between(1, 0))) {
      var text = "first" + blocked.from().toString().replace(" ", "");
      block(blocked);

      var connection = cluster.open(0, 1);
      cluster.node(0).tell("say " + connection + " " + text);
      letTimePass(0, 2);
      assertThat(cluster.node(1).hasPrinted("received " + text)).isFalse();

      cluster.net().heal();
      cluster.node(0).await("heard " + connection + " " + text);
    }
  }

  @Test
  void anIsolatedNodeReachesItselfAndItsClientsOnly() throws Exception {
    var toItself = cluster.open(2, 2);
    var toAnother = cluster.open(2, 0);
    cluster.ask(2, toAnother, "together");
    cluster.net().partition(Grudge.isolated(EchoCluster.NODES, 2));

    cluster.ask(2, toItself, "alone");
    assertThat(askAsClient(2, "visit")).isEqualTo("visit");
    cluster.node(2).tell("say " + toAnother + " cutoff");
    letTimePass(0, 1);
    assertThat(cluster.node(0).hasPrinted("received cutoff")).isFalse();
  }

  @Test
  void clientsCanBeCutOffFromOneNode() throws Exception {
    cluster.net().update(Link.toClients(1), quality -> quality.withBlocked(true));
    var connection = cluster.open(0, 1);

    cluster.ask(0, connection, "nodes");
    assertThat(askAsClient(0, "others")).isEqualTo("others");
    assertThat(cluster.net().quality(Link.toClients(1)).blocked()).isTrue();
    assertThat(cluster.net().quality(Link.fromClients(1))).isEqualTo(Quality.GOOD);
    var answer = CompletableFuture.supplyAsync(() -> askAsClient(1, "patient"));
    letTimePass(0, 2);
    assertThat(answer.isDone()).isFalse();

    cluster.net().heal();
    assertThat(answer.get(2, MINUTES)).isEqualTo("patient");
  }

  @Test
  void delaysOfBothDirectionsAddUp() throws Exception {
    var connection = cluster.open(0, 1);
    cluster.ask(0, connection, "warm");

    update(Link.between(0, 1), Quality.GOOD.withDelay(Duration.ofMillis(40)));
    update(Link.between(1, 0), Quality.GOOD.withDelay(Duration.ofMillis(30)));

    assertThat(medianMillis(connection, "delayed")).isGreaterThanOrEqualTo(70);
  }

  @Test
  void jitterDelaysEvenlyUpToItsMost() throws Exception {
    var connection = cluster.open(0, 1);
    cluster.ask(0, connection, "steady");

    update(Link.between(0, 1), Quality.GOOD.withJitter(Duration.ofMillis(100)));

    // Of 21 draws the median is below a fifth once in thousands of seeds.
    assertThat(medianMillis(connection, "jittered")).isGreaterThanOrEqualTo(20);
  }

  @Test
  void aStreamArrivesWholeAndInOrderWhileTheLinkDelaysAndJitters() throws Exception {
    var line = "x".repeat(1000);
    int lines = 4000;
    update(
        Link.fromClients(0),
        Quality.GOOD.withDelay(Duration.ofMillis(2)).withJitter(Duration.ofMillis(5)));
    try (var client = connect(0)) {
      var sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int number = 0; number < lines; number++) {
                      client.send(number + line);
                    }
                  });
      for (int number = 0; number < lines; number++) {
        assertThat(client.hear()).isEqualTo(number + line);
      }
      sender.join();
    }
  }

  @Test
  void theConnectionsOfAKilledNodeEnd() throws Exception {
    var opened = cluster.open(0, 1);
    cluster.ask(0, opened, "alive");
    var accepted = cluster.open(1, 0);
    cluster.ask(1, accepted, "well");

    cluster.node(1).kill();
    try {
      var _ =
          cluster
              .node(0)
              .await(line -> line.equals("closed " + opened) || line.equals("reset " + opened), "");
    } finally {
      cluster.start(1);
    }
    cluster.ask(0, cluster.open(0, 1), "again");
  }

  @Test
  void changesOfOneLinkAddUpUntilTheHeal() {
    var link = Link.between(0, 1);
    cluster.net().update(link, quality -> quality.withBlocked(true));
    cluster.net().update(link, quality -> quality.withDelay(Duration.ofMillis(1)));
    assertThat(cluster.net().quality(link))
        .isEqualTo(Quality.GOOD.withBlocked(true).withDelay(Duration.ofMillis(1)));

    cluster.net().heal();
    assertThat(cluster.net().quality(link)).isEqualTo(Quality.GOOD);
  }

  @Test
  void aNodeThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> block(Link.between(0, EchoCluster.NODES)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("node: 3 (expected: 0 to 2)");
  }

  final void block(Link link) {
    cluster.net().update(link, quality -> quality.withBlocked(true));
  }

  final void update(Link link, Quality quality) {
    cluster.net().update(link, _ -> quality);
  }

  /// Waits until questions over a link that is not blocked have been answered.
  private void letTimePass(int from, int to) throws IOException, InterruptedException {
    var connection = cluster.open(from, to);
    for (int question = 0; question < MEANWHILE; question++) {
      cluster.ask(from, connection, "meanwhile" + question);
    }
  }

  private long medianMillis(String connection, String text)
      throws IOException, InterruptedException {
    var samples = new ArrayList<Long>();
    for (int sample = 0; sample < SAMPLES; sample++) {
      long start = System.nanoTime();
      cluster.ask(0, connection, text + sample);
      samples.add(System.nanoTime() - start);
    }
    Collections.sort(samples);
    return Duration.ofNanos(samples.get(SAMPLES / 2)).toMillis();
  }

  private EchoClient connect(int node) throws IOException {
    return EchoClient.connect(cluster.net().host(node).advertise(), cluster.port());
  }

  private String askAsClient(int node, String text) {
    try (var client = connect(node)) {
      return client.ask(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
