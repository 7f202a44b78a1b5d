package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quiverdb.api.v1.CountRequest;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.api.v1.GetRequest;
import io.quiverdb.api.v1.ScanRequest;
import io.quiverdb.api.v1.SearchRequest;
import io.quiverdb.api.v1.ShardPosition;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.client.routing.SessionTokenFormat;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionTest {
  private final FakeCluster cluster = new FakeCluster(3, 3);
  private final QuiverClient quiver = QuiverClient.connect(cluster.addresses());
  private final Collection docs = quiver.collection("docs");
  private final String id = cluster.idsOn(1, 1).get(0);

  @BeforeEach
  void createDocs() {
    quiver.createCollection("docs", Schema.cosine(2));
  }

  @AfterEach
  void close() {
    quiver.close();
    cluster.close();
  }

  @Test
  void readsOfASessionBringWhatItsWritesAndReadsHaveShown() {
    docs.upsert(Point.of(id, 1, 2));
    ShardPosition written = cluster.shard(1).position();
    Collection session = docs.at(Consistency.SESSION);

    assertThat(session.get(id)).isPresent();
    session.count();
    session.search(1, 2).run();
    session.scan().page();

    GetRequest get = requests("get", GetRequest.class).get(0);
    assertThat(get.getConsistency()).isEqualTo(io.quiverdb.api.v1.Consistency.SESSION);
    assertThat(SessionTokenFormat.read(get.getSessionToken())).containsExactly(written);
    for (String token :
        List.of(
            requests("count", CountRequest.class).get(0).getSessionToken(),
            requests("search", SearchRequest.class).get(0).getSessionToken(),
            requests("scan", ScanRequest.class).get(0).getSessionToken(),
            quiver.session().token().text())) {
      assertThat(SessionTokenFormat.read(token)).contains(written);
    }
  }

  @Test
  void readsAreLinearizableAndBringNoTokenUnlessToldOtherwise() {
    docs.upsert(Point.of(id, 1, 2));
    docs.get(id);
    docs.count();
    docs.at(Consistency.ANY).get(id);
    docs.at(Consistency.SESSION).search(1, 2).consistency(Consistency.ANY).run();

    List<GetRequest> gets = requests("get", GetRequest.class);
    assertThat(gets)
        .extracting(GetRequest::getConsistency)
        .containsExactlyInAnyOrder(
            io.quiverdb.api.v1.Consistency.LINEARIZABLE, io.quiverdb.api.v1.Consistency.ANY);
    assertThat(gets).allMatch(get -> get.getSessionToken().isEmpty());
    assertThat(requests("count", CountRequest.class).get(0).getSessionToken()).isEmpty();
    assertThat(requests("search", SearchRequest.class).get(0).getConsistency())
        .isEqualTo(io.quiverdb.api.v1.Consistency.ANY);
  }

  @Test
  void readsThatNeedNotSeeTheNewestGoToEveryReplicaAndOthersToTheLeader() {
    docs.upsert(Point.of(id, 1, 2));
    for (int round = 0; round < 6; round++) {
      docs.at(Consistency.SESSION).get(id);
    }
    assertThat(cluster.nodes())
        .allMatch(node -> node.requests("get", GetRequest.class).size() == 2)
        .allMatch(node -> node.requests("get", GetRequest.class).get(0).getDirect());

    docs.get(id);
    assertThat(cluster.node(1).requests("get", GetRequest.class)).hasSize(3);
  }

  @Test
  void replicaThatIsBehindNamesTheLeaderWhichIsAskedAtOnce() {
    docs.upsert(Point.of(id, 1, 2));
    cluster.nodes().stream()
        .filter(node -> node != cluster.leaderOf(1))
        .forEach(node -> node.always("get", Fault.notLeader(cluster.leaderOf(1).address())));

    for (int round = 0; round < 3; round++) {
      assertThat(docs.at(Consistency.SESSION).get(id)).isPresent();
    }
    assertThat(cluster.node(1).requests("get", GetRequest.class)).hasSize(3);
  }

  @Test
  void tokenCarriesASessionIntoAnotherClient() {
    docs.upsert(Point.of(id, 1, 2));
    String token = quiver.session().token().toString();

    try (QuiverClient other = QuiverClient.connect(cluster.addresses())) {
      assertThat(other.session().token().text()).isEmpty();
      other.session().withToken(new SessionToken(token));
      other.collection("docs").at(Consistency.SESSION).get(id);

      assertThat(other.session().token().text()).isEqualTo(token);
    }
    List<GetRequest> gets = requests("get", GetRequest.class);
    assertThat(gets.get(gets.size() - 1).getSessionToken()).isEqualTo(token);
    assertThatThrownBy(() -> new SessionToken("none"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token: malformed");
  }

  /// As nodes write them.
  @Test
  void tokenIsReadAsItsTableSays() {
    assertThat(SessionTokenFormat.read("AQABAqwC"))
        .containsExactly(ShardPosition.newBuilder().setEpoch(1).setTerm(2).setIndex(300).build());
  }

  /// To ask again does not bring back what the session has seen.
  @Test
  void sessionOfAnEarlierEpochIsRefusedAtOnce() {
    docs.upsert(Point.of(id, 1, 2));
    ErrorDetail stale =
        Fault.detail(io.quiverdb.api.v1.ErrorCode.STALE_EPOCH).toBuilder()
            .setReason("session_token")
            .setRetrySafe(false)
            .build();
    cluster.nodes().forEach(node -> node.always("get", Fault.answering(stale)));

    assertThatThrownBy(() -> docs.at(Consistency.SESSION).get(id))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STALE_EPOCH));
    assertThat(cluster.requestCount("get")).isEqualTo(1);
  }

  // --- the topology

  @Test
  void changeOfLeaderIsHeardBeforeTheNextCall() {
    cluster.tellTopology();
    try (QuiverClient listening = QuiverClient.connect(cluster.addresses())) {
      Collection heard = listening.collection("docs");
      heard.upsert(Point.of(id, 1, 2));
      await().atMost(Duration.ofMinutes(2)).until(() -> cluster.listeners() > 0);

      cluster.shard(1).lead(2);
      int tellings = cluster.tellTopology();
      assertThat(tellings).isPositive();
      await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () -> {
                heard.upsert(Point.of(id, 1, 2));
                return !cluster.node(2).requests("upsert", UpsertRequest.class).isEmpty();
              });

      // Nobody had to be told by a refusal.
      assertThat(cluster.refusals()).isZero();
    }
  }

  @Test
  void anotherNodeIsListenedToWhenOneEnds() {
    cluster.tellTopology();
    try (QuiverClient listening = QuiverClient.connect(cluster.addresses())) {
      listening.collection("docs").count();
      // The client of all tests may have begun to listen, too.
      await().atMost(Duration.ofMinutes(2)).until(() -> cluster.listeners() > 0);

      cluster.endListening();

      await().atMost(Duration.ofMinutes(2)).until(() -> cluster.listeners() > 0);
    }
  }

  private <Q> List<Q> requests(String call, Class<Q> type) {
    return cluster.nodes().stream().flatMap(node -> node.requests(call, type).stream()).toList();
  }
}
