package io.quiverdb.jepsen.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class NamespaceNetTest extends NetContract {
  private static final int DATAGRAMS = 2000;
  private static final int BATCH = 100;

  // Over all tests: late marks of one do not pass for those of the next.
  private int sent;

  @Override
  EchoCluster startCluster() throws IOException, InterruptedException {
    try {
      return EchoCluster.start(NamespaceNet::open, SEED);
    } catch (NetUnavailableException e) {
      return Assumptions.abort("NamespaceNetTest: " + e.getMessage());
    }
  }

  @Test
  void aGoodLinkNeitherDoublesNorReorders() throws Exception {
    var counted = flood(DATAGRAMS);

    assertThat(counted).isEqualTo(new Counted(DATAGRAMS, 0, 0));
  }

  @Test
  void aFifthIsLostIfSoAsked() throws Exception {
    update(Link.between(0, 1), Quality.GOOD.withLoss(0.2));

    var counted = flood(0);

    assertThat(counted.different()).isBetween(DATAGRAMS * 73 / 100, DATAGRAMS * 87 / 100);
    assertThat(counted.doubled()).isZero();
  }

  @Test
  void aFifthArrivesTwiceIfSoAsked() throws Exception {
    update(Link.between(0, 1), Quality.GOOD.withDuplication(0.2));

    var counted = flood(DATAGRAMS);

    assertThat(counted.doubled()).isBetween(DATAGRAMS * 13 / 100, DATAGRAMS * 27 / 100);
    assertThat(counted.overtaken()).isZero();
  }

  @Test
  void aTenthIsOvertakenIfSoAsked() throws Exception {
    update(Link.between(0, 1), Quality.GOOD.withReordering(0.1));

    var counted = flood(DATAGRAMS);

    assertThat(counted.overtaken()).isBetween(DATAGRAMS * 5 / 100, DATAGRAMS * 15 / 100);
    assertThat(counted.doubled()).isZero();
    assertThat(counted.different()).isEqualTo(DATAGRAMS);
  }

  @Test
  void jitterAloneReordersNothing() throws Exception {
    update(
        Link.between(0, 1),
        Quality.GOOD.withDelay(Duration.ofMillis(5)).withJitter(Duration.ofMillis(20)));

    assertThat(flood(DATAGRAMS)).isEqualTo(new Counted(DATAGRAMS, 0, 0));
  }

  @Test
  void aStreamSurvivesLossDuplicationAndReordering() throws Exception {
    for (var link : List.of(Link.between(0, 1), Link.between(1, 0))) {
      update(link, Quality.GOOD.withLoss(0.05).withDuplication(0.05).withReordering(0.05));
    }
    var connection = cluster.open(0, 1);
    for (int question = 0; question < 50; question++) {
      cluster.ask(0, connection, "despite" + question);
    }
  }

  @Test
  void aNamespaceOfAProcessThatIsGoneIsRemoved() throws Exception {
    var owner = new ProcessBuilder("true").start();
    int _ = owner.waitFor();
    var stale = "quiver-" + owner.pid() + "-0-0";
    assertThat(run("ip", "netns", "add", stale)).isZero();

    try (var net = NamespaceNet.open(noNodes())) {
      assertThat(NetworkNamespace.names()).doesNotContain(stale);
      assertThat(NetworkNamespace.names()).containsAll(names(net));
    }
  }

  @Test
  void closingRemovesItsOwnNamespacesOnly() throws Exception {
    var own = NamespaceNet.open(noNodes());
    var ofThisTest = names(cluster.net());
    var names = names(own);
    assertThat(NetworkNamespace.names()).containsAll(names);

    own.close();

    assertThat(NetworkNamespace.names()).doesNotContainAnyElementsOf(names).containsAll(ofThisTest);
  }

  @Test
  void aProcessThatEndsWithoutClosingLeavesNoNamespaceBehind() throws Exception {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(
                    File.pathSeparator, classesOf(Abandoned.class), classesOf(NamespaceNet.class)),
                Abandoned.class.getName())
            .redirectErrorStream(true)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isEqualTo(Abandoned.STATUS);
    assertThat(said).contains("quiver-" + process.pid() + "-0-0");
    assertThat(NetworkNamespace.names())
        .noneMatch(name -> name.startsWith("quiver-" + process.pid() + "-"));
  }

  /// Opens a network and ends.
  static final class Abandoned {
    static final int STATUS = 3;

    public static void main(String[] arguments) throws NetUnavailableException {
      System.out.println(NamespaceNet.open(noNodes()).describe());
      System.exit(STATUS);
    }

    private Abandoned() {}
  }

  /// @param different datagrams that arrived
  private record Counted(int different, int doubled, int overtaken) {}

  /// From node 0 to node 1.
  ///
  /// @param awaited so many that arrive in any case
  private Counted flood(int awaited) throws IOException, InterruptedException {
    var sender = cluster.node(0);
    var receiver = cluster.node(1);
    receiver.forget();
    receiver.tell("recount");
    // Or it might forget the first of them.
    receiver.await("recounted");
    // No more at once than a receiver's buffer takes.
    for (int end = sent + DATAGRAMS; sent < end; sent += BATCH) {
      sender.tell(
          "flood %s %d %d %d"
              .formatted(cluster.net().host(1).advertise(), cluster.port(), sent, BATCH));
      receiver.await("marked " + sent);
    }
    long guard = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    var counted = count(receiver);
    while (counted.different() < awaited && System.nanoTime() - guard < 0) {
      counted = count(receiver);
    }
    return counted;
  }

  private static Counted count(EchoProcess receiver) throws IOException, InterruptedException {
    receiver.forget();
    receiver.tell("count");
    var words = receiver.await(line -> line.startsWith("counted "), "counted").split(" ", -1);
    return new Counted(
        Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
  }

  private static NetSpec noNodes() {
    return new NetSpec(1, List.of(), SEED, _ -> OptionalLong.empty());
  }

  private static List<String> names(Net net) {
    return IntStream.range(0, net.nodes())
        .mapToObj(node -> net.host(node).commandPrefix().getLast().replaceAll(".*/", ""))
        .toList();
  }

  private static String classesOf(Class<?> type) throws URISyntaxException {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
