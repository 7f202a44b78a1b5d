package io.quiverdb.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.CreateCollectionRequest;
import io.quiverdb.api.v1.GetRequest;
import io.quiverdb.api.v1.GetResponse;
import io.quiverdb.api.v1.Point;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.api.v1.Vector;
import io.quiverdb.node.testing.FakeCluster;
import io.quiverdb.node.testing.IdleCaller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Answers that are too large for the buffers between a node and a caller who does not read. Each
/// needs all the memory for answers, so that there is no room for even a small one.
class UnreadAnswersTest {
  private static final List<String> IDS =
      IntStream.range(0, 200).mapToObj(id -> "id-" + id).toList();
  private static final GetRequest REQUEST =
      GetRequest.newBuilder().setCollection("docs").addAllIds(IDS).build();
  private static final String PATH = "/v1/collections/docs/points/get";
  private static final String JSON = "{\"ids\": [\"" + String.join("\", \"", IDS) + "\"]}";

  private static final String ONE = "{\"ids\": [\"id-0\"]}";

  private final FakeCluster cluster = FakeCluster.formed(3);
  private TestNode node = nodeThatAllows(Duration.ofMinutes(10));

  private TestNode nodeThatAllows(Duration reading) {
    return TestNode.over(
        cluster,
        new Limits(8192, 65_536, 512, 10_000, 64 << 20, 64 << 20, 1 << 20, reading),
        Duration.ofMinutes(2));
  }

  @BeforeEach
  void write() {
    node.call(
        CollectionsGrpc.getCreateCollectionMethod(),
        CreateCollectionRequest.newBuilder().setName("docs").setDimension(1).build());
    var payload = ByteString.copyFromUtf8("\"" + "x".repeat(60_000) + "\"");
    var vector = Vector.newBuilder().addValues(1);
    var points = UpsertRequest.newBuilder().setCollection("docs");
    IDS.forEach(
        id -> points.addPoints(Point.newBuilder().setId(id).setVector(vector).setPayload(payload)));
    node.call(PointsGrpc.getUpsertMethod(), points.build());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void keepTheirRoomUntilTheirGrpcCallerHasReadThem() {
    var caller = idleCaller();
    caller.awaitHeaders();

    assertNoRoom();

    caller.read();
    assertThat(caller.status().isOk()).isTrue();
    assertRoom();
  }

  @Test
  void keepTheirRoomUntilTheirRestCallerHasReadThem() throws IOException {
    try (var socket = restCaller(PATH, JSON)) {
      assertNoRoom();

      assertThat(socket.getInputStream().readAllBytes()).hasSizeGreaterThan(IDS.size() * 60_000);
      assertRoom();
    }
  }

  @Test
  void keepTheirRoomIfTheyArePagesOfAScan() throws IOException {
    var body = "{\"limit\": %d}".formatted(IDS.size());
    try (var _ = restCaller("/v1/collections/docs/points/scan", body)) {
      assertNoRoom();
    }
    assertRoom();
  }

  @Test
  void keepTheirRoomUntilTheirCallerIsGone() throws IOException {
    try (var _ = restCaller(PATH, JSON)) {
      assertNoRoom();
    }
    assertRoom();

    var caller = idleCaller();
    caller.awaitHeaders();
    assertNoRoom();

    caller.giveUp();
    assertRoom();
  }

  @Test
  void areCutOffWhenTheirGrpcCallerTakesTooLong() {
    node.close();
    node = nodeThatAllows(Duration.ofSeconds(2));
    var caller = idleCaller();
    caller.awaitHeaders();

    assertRoom();

    caller.read();
    assertThat(caller.status().isOk()).isFalse();
  }

  @Test
  void areCutOffWhenTheirRestCallerTakesTooLong() throws IOException {
    node.close();
    node = nodeThatAllows(Duration.ofSeconds(2));
    try (var socket = restCaller(PATH, JSON)) {
      assertRoom();

      assertThatThrownBy(
              () -> {
                int read = socket.getInputStream().readAllBytes().length;
                if (read < IDS.size() * 60_000) {
                  throw new SocketException("cut off after " + read);
                }
              })
          .isInstanceOf(SocketException.class);
    }
  }

  private IdleCaller<GetRequest, GetResponse> idleCaller() {
    return IdleCaller.ask(node.channel(), PointsGrpc.getGetMethod(), CallOptions.DEFAULT, REQUEST);
  }

  // Of one point, and over REST, on a connection of its own: on one with an idle caller all wait.

  private void assertNoRoom() {
    var refused = node.send("POST", PATH, ONE, "grpc-timeout", "2S");
    assertThat(refused.status()).isEqualTo(504);
    assertThat(refused.body()).contains("memory for the answer");
  }

  private void assertRoom() {
    assertThat(node.post(PATH, ONE).status()).isEqualTo(200);
  }

  /// Has asked, and has the first byte of its answer.
  private Socket restCaller(String path, String body) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4 << 10);
    socket.setSoTimeout(Math.toIntExact(Duration.ofMinutes(2).toMillis()));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.server().port()));
    var request =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(path, body.length(), body);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    assertThat(socket.getInputStream().read()).isEqualTo('H');
    return socket;
  }
}
