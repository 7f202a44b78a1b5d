package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.GetRequest;
import io.quiverdb.api.v1.UpsertRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class RoutingTest extends FakeClusterTest {
  @Test
  void buildAsksNobody() {
    try (QuiverClient quiver = QuiverClient.connect(cluster.addresses())) {
      quiver.collection("docs").search(1, 2).k(3);

      assertThat(cluster.nodes()).allMatch(node -> node.requestCount() == 0);
    }
  }

  @Test
  void malformedSeedIsRefusedAtOnce() {
    assertThatThrownBy(() -> QuiverClient.connect("localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("address: localhost (expected: host:port)");
    assertThatThrownBy(() -> QuiverClient.builder().build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void batchGoesToTheLeadersOfItsShardsInOrderUnderOneRequestId() {
    List<String> ids = new ArrayList<>();
    for (int shard = 0; shard < 3; shard++) {
      ids.addAll(cluster.idsOn(shard, 3));
    }
    Collections.shuffle(ids, new Random(1));

    WriteResult result = docs().upsert(points(ids));

    for (int shard = 0; shard < 3; shard++) {
      List<String> expected = new ArrayList<>(ids);
      int number = shard;
      expected.removeIf(id -> cluster.shardOf(id) != number);
      List<UpsertRequest> requests = cluster.node(shard).requests("upsert", UpsertRequest.class);
      assertThat(requests).hasSize(1);
      assertThat(requests.get(0).getOptions().getDirect()).isTrue();
      assertThat(requests.get(0).getPointsList())
          .extracting(io.quiverdb.api.v1.Point::getId)
          .containsExactlyElementsOf(expected);
    }
    assertThat(upserts()).hasSize(3);
    assertThat(result.parts())
        .extracting(WriteResult.Part::requestId)
        .hasSize(3)
        .containsOnly(upserts().get(0).getOptions().getRequestId());
    assertThat(upserts())
        .extracting(request -> request.getOptions().getRequestId())
        .containsOnly(result.parts().get(0).requestId());
  }

  @Test
  void clientOfSeedsOnlyAsksNobodyElseWhoeverLeads() {
    List<String> ids = new ArrayList<>();
    for (int shard = 0; shard < 3; shard++) {
      ids.addAll(cluster.idsOn(shard, 2));
    }
    try (QuiverClient quiver =
        QuiverClient.builder().seeds(cluster.node(1).address()).seedsOnly().plaintext().build()) {
      Collection docs = quiver.collection("docs");
      docs.upsert(points(ids));

      assertThat(docs.get(ids)).hasSize(6);
      assertThat(docs.search(1, 2).k(3).run()).hasSize(3);
    }
    assertThat(cluster.node(1).requests("upsert", UpsertRequest.class))
        .hasSize(3)
        .noneMatch(request -> request.getOptions().getDirect());
    assertThat(cluster.node(0).requestCount() + cluster.node(2).requestCount()).isZero();
  }

  @Test
  void resultSaysOfEveryPointWhereItWasLogged() {
    List<String> ids = List.of(cluster.idsOn(1, 1).get(0), cluster.idsOn(2, 1).get(0));

    WriteResult result = docs().upsert(points(ids));

    assertThat(result.parts())
        .containsExactly(
            new WriteResult.Part(
                result.parts().get(0).requestId(),
                1,
                1,
                1,
                1,
                1,
                false,
                List.of(new WriteResult.PointOutcome(0, ids.get(0), PointResult.INSERTED))),
            new WriteResult.Part(
                result.parts().get(0).requestId(),
                2,
                1,
                1,
                1,
                1,
                false,
                List.of(new WriteResult.PointOutcome(1, ids.get(1), PointResult.INSERTED))));
  }

  @Test
  void leaderThatAFollowerNamesIsFollowedAndRemembered() {
    String id = cluster.idsOn(1, 1).get(0);
    Collection docs = docs();
    docs.upsert(point(id));
    cluster.shard(1).lead(2);

    docs.upsert(point(id));
    docs.upsert(point(id));

    assertThat(cluster.node(1).requests("upsert", UpsertRequest.class)).hasSize(2);
    assertThat(cluster.node(2).requests("upsert", UpsertRequest.class)).hasSize(2);
    assertThat(cluster.shard(1).applied()).isEqualTo(3);
  }

  @Test
  void writeRefusedByABusyLeaderIsSentToItAgainUnderItsRequestId() {
    String id = cluster.idsOn(1, 1).get(0);
    cluster.node(1).next("upsert", Fault.overloaded());
    cluster.node(1).next("upsert", Fault.overloaded());

    WriteResult result = docs().upsert(point(id));

    assertThat(result.parts()).singleElement().matches(part -> !part.duplicate());
    assertThat(upserts()).hasSize(3);
    assertThat(upserts())
        .extracting(request -> request.getOptions().getRequestId())
        .containsOnly(result.parts().get(0).requestId());
    assertThat(cluster.node(1).requests("upsert", UpsertRequest.class)).hasSize(3);
  }

  @Test
  void readRefusedByABusyNodeIsAskedAgain() {
    String id = cluster.idsOn(1, 1).get(0);
    Collection docs = docs();
    docs.upsert(point(id));
    cluster.node(1).next("get", Fault.overloaded());

    assertThat(docs.get(id)).isPresent();
    assertThat(cluster.requestCount("get")).isEqualTo(2);
  }

  @Test
  void whatIsTooLargeIsNotSentAgain() {
    String id = cluster.idsOn(1, 1).get(0);
    cluster.node(1).always("upsert", Fault.answering(ErrorCode.RESOURCE_EXHAUSTED));

    assertThatThrownBy(() -> docs().upsert(point(id))).isInstanceOf(QuiverException.class);

    assertThat(upserts()).hasSize(1);
  }

  @Test
  void staleEpochMakesTheClientLookAgain() {
    String id = cluster.idsOn(1, 1).get(0);
    cluster.node(1).next("upsert", Fault.answering(ErrorCode.STALE_EPOCH));

    WriteResult result = docs().upsert(point(id));

    assertThat(result.parts()).hasSize(1);
    assertThat(cluster.nodes())
        .anyMatch(
            node ->
                !node.requests("getTopology", io.quiverdb.api.v1.GetTopologyRequest.class)
                    .isEmpty());
    assertThat(cluster.shard(1).applied()).isEqualTo(1);
  }

  @Test
  void writesGoOnWhenALeaderDiesAndAnotherIsElected() {
    String id = cluster.idsOn(1, 1).get(0);
    Collection docs = docs();
    docs.upsert(point(id));
    cluster.node(1).kill();

    CompletableFuture<WriteResult> write = docs.async().upsert(point(id));
    await().until(() -> upserts().size() >= 3);
    assertThat(write).isNotDone();
    cluster.shard(1).lead(2);

    assertThat(write.join().parts().get(0).term()).isEqualTo(2);
    assertThat(docs.get(id)).isPresent();
  }

  @Test
  void anotherNodeIsAskedToForwardWhileOnlyTheClientCannotReachTheLeader() {
    String id = cluster.idsOn(1, 1).get(0);
    Collection docs = docs();
    cluster.node(1).always("upsert", Fault.losingRequest());

    docs.upsert(point(id));

    assertThat(upserts()).anyMatch(request -> !request.getOptions().getDirect());
    assertThat(cluster.shard(1).applied()).isEqualTo(1);
  }

  @Test
  void oneLivingSeedIsEnough() {
    cluster.node(0).kill();
    cluster.node(2).kill();
    String id = cluster.idsOn(1, 1).get(0);

    docs().upsert(point(id));

    assertThat(cluster.shard(1).applied()).isEqualTo(1);
  }

  @Test
  void oneSeedThatDiesLaterIsEnough() {
    Collection docs = client(cluster.node(0).address()).collection("docs");
    docs.count();
    cluster.node(0).kill();

    for (int i = 0; i < 10; i++) {
      assertThat(docs.count()).isZero();
    }
  }

  @Test
  void nodeThatComesBackIsUsedAgain() {
    String id = cluster.idsOn(0, 1).get(0);
    Collection docs = client(cluster.node(0).address()).collection("docs");
    docs.upsert(point(id));
    cluster.nodes().forEach(FakeNode::kill);

    CompletableFuture<WriteResult> write = docs.async().upsert(point(id));
    cluster.node(0).restart();

    assertThat(write.join().parts()).hasSize(1);
  }

  @Test
  void readsGoRoundAllNodes() {
    Collection docs = docs();

    for (int i = 0; i < 6; i++) {
      docs.search(1, 2).run();
    }

    assertThat(cluster.nodes())
        .allMatch(
            node -> node.requests("search", io.quiverdb.api.v1.SearchRequest.class).size() == 2);
  }

  @Test
  void readsAreRetriedElsewhere() {
    cluster.node(0).always("count", Fault.answering(ErrorCode.UNAVAILABLE));
    cluster.node(1).always("count", Fault.losingRequest());

    assertThat(docs().count()).isZero();
  }

  @Test
  void silentNodeIsLeftForTheNext() {
    String id = cluster.idsOn(0, 1).get(0);
    cluster.node(0).always("upsert", Fault.silence());
    cluster.node(0).always("count", Fault.silence());
    Collection docs = impatientClient().collection("docs");

    docs.upsert(point(id));

    assertThat(docs.count()).isEqualTo(1);
    assertThat(cluster.shard(0).applied()).isEqualTo(1);
  }

  @Test
  void getAsksEachShardsLeaderAndKeepsTheOrder() {
    List<String> ids = new ArrayList<>();
    for (int shard = 0; shard < 3; shard++) {
      ids.addAll(cluster.idsOn(shard, 2));
    }
    Collections.shuffle(ids, new Random(2));
    Collection docs = docs();
    docs.upsert(points(ids));
    List<String> asked = new ArrayList<>(ids);
    asked.add(3, "absent");
    asked.add(ids.get(0));

    List<StoredPoint> found = docs.get(asked);

    ids.add(ids.get(0));
    assertThat(found).extracting(StoredPoint::id).containsExactlyElementsOf(ids);
    for (FakeNode node : cluster.nodes()) {
      assertThat(node.requests("get", GetRequest.class)).hasSize(1).allMatch(GetRequest::getDirect);
    }
  }

  @Test
  void clusterThatIsNotFormedYetAnswersForItself() {
    cluster
        .nodes()
        .forEach(
            node -> {
              node.always("getTopology", Fault.answering(ErrorCode.PRECONDITION_FAILED));
            });

    assertThatThrownBy(() -> docs().upsert(point("a")))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(client().cluster().init(3, 3).shards()).isEqualTo(3);
  }

  @Test
  void unformedClusterIsNotWaitedFor() {
    for (FakeNode node : cluster.nodes()) {
      for (String call : List.of("getTopology", "upsert")) {
        node.always(call, Fault.notFormed());
      }
    }

    assertThatThrownBy(() -> docs().upsert(point("a")))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("scripted UNAVAILABLE");

    assertThat(cluster.requestCount("getTopology")).isEqualTo(cluster.nodes().size());
  }

  @Test
  void emptiedNodeOfAFormedClusterIsLeftForAnother() {
    String id = cluster.idsOn(1, 1).get(0);
    Collection docs = docs();
    docs.upsert(point(id));
    cluster.node(1).next("upsert", Fault.notFormed());

    docs.upsert(point(id));

    assertThat(cluster.shard(1).applied()).isEqualTo(2);
  }

  @Test
  void nodesThatNameEachOtherAsLeaderDoNotHoldACallForever() {
    String id = cluster.idsOn(0, 1).get(0);
    for (int i = 0; i < 3; i++) {
      cluster
          .node(i)
          .always(
              "upsert",
              Fault.answering(
                  Fault.detail(ErrorCode.NOT_LEADER).toBuilder()
                      .setLeaderAddress(cluster.node((i + 1) % 3).address())
                      .build()));
    }

    assertThatThrownBy(() -> clientUntil("upsert", 6).collection("docs").upsert(point(id)))
        .isInstanceOf(UnavailableException.class)
        .matches(e -> ((QuiverException) e).code() == io.quiverdb.client.ErrorCode.NOT_LEADER);
  }

  @Test
  void laterOfTwoPointsOfOneIdWins() {
    Collection docs = docs();

    WriteResult result = docs.upsert(Point.of("a", 1, 1), Point.of("a", 2, 2));

    assertThat(result.parts().get(0).points())
        .extracting(WriteResult.PointOutcome::result)
        .containsExactly(PointResult.INSERTED, PointResult.REPLACED);
    assertThat(docs.get("a").orElseThrow().vector()).containsExactly(2, 2);
  }
}
