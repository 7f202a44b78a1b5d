package io.quiverdb.jepsen.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelSocketsTest {
  private static final String HEADER =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
          + "  timeout inode\n";
  private static final String REST = " 00000000:00000000 00:00000000 00000000     0        0 ";

  private final InetSocketAddress local = address("127.0.0.1", 40_000);
  private final InetSocketAddress remote = address("127.0.2.3", 17_070);

  @TempDir private Path proc;

  @BeforeEach
  void tablesAreInTheByteOrderOfTheMachine() throws IOException {
    Assumptions.assumeTrue(
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "the tables here are little-endian");
    Files.createDirectories(proc.resolve("net"));
  }

  @Test
  void aConnectionIsFoundByBothOfItsAddresses() throws IOException {
    write(
        "tcp",
        "   0: 0100007F:9C40 0302007F:42AF 01" + REST + "111 1 0",
        "   1: 0100007F:9C40 0302007F:42AE 01" + REST + "222 1 0",
        "   2: 0302007F:42AE 0100007F:9C40 01" + REST + "333 1 0");

    assertThat(new KernelSockets(proc).findInode(local, remote)).hasValue(222);
    assertThat(new KernelSockets(proc).findInode(remote, local)).hasValue(333);
  }

  @Test
  void aConnectionOfAnIpv6SocketIsFound() throws IOException {
    write("tcp");
    write(
        "tcp6",
        "   0: 0000000000000000FFFF00000100007F:9C40 0000000000000000FFFF00000302007F:42AE 01"
            + REST
            + "444 1 0");

    assertThat(new KernelSockets(proc).findInode(local, remote)).hasValue(444);
  }

  @Test
  void aConnectionThatItsProcessHasClosedIsNot() throws IOException {
    write("tcp", "   0: 0100007F:9C40 0302007F:42AE 05" + REST + "0 1 0");

    assertThat(new KernelSockets(proc).findInode(local, remote)).isEmpty();
  }

  @Test
  void aConnectionThatIsNotThereIsNotFound() throws IOException {
    write("tcp");

    assertThat(new KernelSockets(proc).findInode(local, remote)).isEmpty();
  }

  @Test
  void whatWasOpenLatelyIsToldWithoutAnotherReading() throws IOException {
    var sockets = new KernelSockets(proc);
    write("tcp", "   0: 0100007F:9C40 0302007F:42AE 01" + REST + "222 1 0");
    assertThat(sockets.wasOpenLately(local, remote)).isTrue();

    write("tcp");

    assertThat(sockets.findInode(local, remote)).isEmpty();
    assertThat(sockets.wasOpenLately(local, remote)).isFalse();
  }

  @Test
  void whoAsksSeesWhatWasSoBefore() throws Exception {
    var sockets = new KernelSockets(proc);
    write("tcp");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 50; round++) {
        var others =
            IntStream.range(0, 8)
                .mapToObj(_ -> threads.submit(() -> sockets.findInode(remote, local)))
                .toList();
        long inode = 1L + round;
        write("tcp", "   0: 0100007F:9C40 0302007F:42AE 01" + REST + inode + " 1 0");

        assertThat(sockets.findInode(local, remote)).hasValue(inode);
        for (var other : others) {
          assertThat(other.get()).isEmpty();
        }
      }
    }
  }

  @Test
  void theKernelShowsAConnectionOfThisProcess() throws IOException {
    try (var server = new ServerSocket()) {
      server.bind(address("127.0.0.1", 0));
      try (var client = new Socket(server.getInetAddress(), server.getLocalPort());
          var _ = server.accept()) {
        var inode =
            new KernelSockets(Path.of("/proc"))
                .findInode(
                    (InetSocketAddress) client.getLocalSocketAddress(),
                    (InetSocketAddress) client.getRemoteSocketAddress());

        assertThat(inode).isPresent();
      }
    }
  }

  private static InetSocketAddress address(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private void write(String table, String... lines) throws IOException {
    Files.writeString(proc.resolve("net").resolve(table), HEADER + String.join("\n", lines) + "\n");
  }
}
