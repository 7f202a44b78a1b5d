package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.api.v1.ErrorCode;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class CloseTest extends FakeClusterTest {
  @Test
  void noThreadOutlivesTheClient() {
    Set<Thread> before = threads();
    for (int i = 0; i < 3; i++) {
      try (QuiverClient quiver = QuiverClient.connect(cluster.addresses())) {
        Collection docs = quiver.collection("docs");
        docs.upsert(point("a"));
        assertThat(docs.async().count().join()).isEqualTo(1);
      }
    }

    await()
        .untilAsserted(
            () ->
                assertThat(threads())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    // The fake servers' own, and the one that runs this.
                    .filteredOn(name -> !name.startsWith("grpc-default-"))
                    .filteredOn(name -> !name.equals("awaitility-thread"))
                    .isEmpty());
  }

  @Test
  void callsUnderWayEndWhenTheClientIsClosed() {
    cluster.nodes().forEach(node -> node.always("upsert", Fault.silence()));
    cluster.nodes().forEach(node -> node.always("count", Fault.answering(ErrorCode.UNAVAILABLE)));
    QuiverClient quiver = client();
    CompletableFuture<WriteResult> sent = quiver.async().collection("docs").upsert(point("a"));
    CompletableFuture<Long> waiting = quiver.async().collection("docs").count();
    await().until(() -> !upserts().isEmpty());

    quiver.close();

    assertThatThrownBy(sent::join).hasCauseInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(waiting::join).hasCauseInstanceOf(UnavailableException.class);
  }

  @Test
  void callAfterCloseFailsAtOnce() {
    QuiverClient quiver = client();
    quiver.close();
    quiver.close();

    assertThatThrownBy(() -> quiver.collection("docs").count())
        .isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> quiver.collection("docs").upsert(point("a")))
        .isInstanceOf(UnavailableException.class);
    assertThat(cluster.nodes()).allMatch(node -> node.requestCount() == 0);
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .collect(Collectors.toSet());
  }
}
