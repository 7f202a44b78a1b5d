package io.quiverdb.node.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.Query;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.node.testing.FakeCluster;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardRouterTest {
  private static final int SHARDS = 3;
  private static final Filter ALL = new Filter.Not(new Filter.Exists("nothing"));

  private final FakeCluster cluster = FakeCluster.formed(SHARDS);
  private final ShardRouter router = new ShardRouter(cluster);
  private final Deadline deadline = Deadline.after(Duration.ofMinutes(2));
  private final CollectionInfo docs = create("docs", Metric.L2_SQUARED);

  // --- writing

  @Test
  void everyPointIsWrittenToItsShardUnderThePartsId() {
    var header = header();

    var results = router.upsert(docs, points(30), header, deadline);

    assertThat(results).extracting(PartResult::shard).containsExactly(0, 1, 2);
    assertThat(results).allMatch(result -> result instanceof PartResult.Settled);
    for (int shard = 0; shard < SHARDS; shard++) {
      var stamp = cluster.shard(shard).writes().getFirst().stamp();
      assertThat(stamp.id()).isEqualTo(PartId.of(header.id(), shard, 0));
      assertThat(stamp.epoch()).isEqualTo(1);
    }
    assertThat(cluster.points()).isEqualTo(30);
  }

  @Test
  void shardIsToldOnlyTheClientsPositionOnItself() {
    var seen = new Position(1, 4, 44);
    var header = new WriteHeader(header().id(), Map.of(1, seen), false);

    router.upsert(docs, points(30), header, deadline);

    assertThat(cluster.shard(0).writes().getFirst().stamp().seen()).isEmpty();
    assertThat(cluster.shard(1).writes().getFirst().stamp().seen()).contains(seen);
  }

  @Test
  void repeatedRequestChangesNothing() {
    var header = header();
    router.upsert(docs, points(30), header, deadline);

    var again = router.upsert(docs, points(30), header, deadline);

    assertThat(again)
        .allSatisfy(
            result ->
                assertThat(((PartResult.Settled) result).written().outcome())
                    .isInstanceOf(Outcome.Duplicate.class));
  }

  @Test
  void partsOfAShardAreWrittenOneAfterAnotherAndTheFirstFailureEndsThem() {
    var points = pointsOfShard(0, 3, 600_000);
    cluster
        .shard(0)
        .onWrite(
            write ->
                upserted(write).equals(points.get(1).id())
                    ? Optional.of(
                        CompletableFuture.failedFuture(new ShardException.Unavailable("busy")))
                    : Optional.empty());

    var results = router.upsert(docs, points, header(), deadline);

    assertThat(results.get(0)).isInstanceOf(PartResult.Settled.class);
    assertThat(((PartResult.Failed) results.get(1)).failure())
        .isInstanceOf(ShardException.Unavailable.class);
    assertThat(((PartResult.Failed) results.get(2)).failure())
        .isInstanceOf(RoutingException.NotAttempted.class);
    assertThat(cluster.shard(0).writes()).hasSize(2);
  }

  @Test
  void failureOnOneShardLeavesTheOthersWritten() {
    cluster
        .shard(1)
        .onWrite(
            _ ->
                Optional.of(CompletableFuture.failedFuture(new ShardException.Overloaded("full"))));

    var results = router.upsert(docs, points(30), header(), deadline);

    assertThat(results.get(0)).isInstanceOf(PartResult.Settled.class);
    assertThat(results.get(1)).isInstanceOf(PartResult.Failed.class);
    assertThat(results.get(2)).isInstanceOf(PartResult.Settled.class);
  }

  @Test
  void writeWithoutAnswerAtTheDeadlineIsOfUnknownOutcome() {
    cluster.shard(0).onWrite(_ -> Optional.of(new CompletableFuture<>()));

    var results =
        router.upsert(
            docs, pointsOfShard(0, 1, 10), header(), Deadline.after(Duration.ofMillis(50)));

    assertThat(((PartResult.Failed) results.getFirst()).failure())
        .isInstanceOf(ShardException.OutcomeUnknown.class);
  }

  @Test
  void writeAfterTheDeadlineIsNotSubmitted() {
    var results =
        router.upsert(docs, pointsOfShard(0, 1, 10), header(), Deadline.after(Duration.ZERO));

    assertThat(((PartResult.Failed) results.getFirst()).failure())
        .isInstanceOf(RoutingException.DeadlineExceeded.class);
    assertThat(cluster.shard(0).writes()).isEmpty();
  }

  // --- the way to the leader

  @Test
  void writeIsForwardedOnceToTheLeader() {
    cluster.lead(0, cluster.node(1));

    router.upsert(docs, pointsOfShard(0, 1, 10), header(), deadline);

    assertThat(cluster.calls()).containsExactly("1/0");
  }

  @Test
  void deposedLeaderForwardsToItsSuccessor() {
    cluster.leadSecretly(0, cluster.node(2));

    router.upsert(docs, pointsOfShard(0, 1, 10), header(), deadline);

    assertThat(cluster.calls()).containsExactly("0/0", "2/0");
  }

  @Test
  void forwardedCallIsNotForwardedAgain() {
    cluster.lead(0, cluster.node(1));
    cluster.leadSecretly(0, cluster.node(2));

    var results = router.upsert(docs, pointsOfShard(0, 1, 10), header(), deadline);

    assertThat(((PartResult.Failed) results.getFirst()).failure())
        .isInstanceOfSatisfying(
            RoutingException.NotLeader.class,
            e -> assertThat(e.leaderAddress()).contains("node3:7070"));
    assertThat(cluster.calls()).containsExactly("1/0");
  }

  @Test
  void directWriteIsRefusedWithTheLeadersClientAddress() {
    cluster.lead(0, cluster.node(1));
    var direct = new WriteHeader(header().id(), Map.of(), true);

    var results = router.upsert(docs, pointsOfShard(0, 1, 10), direct, deadline);

    assertThat(((PartResult.Failed) results.getFirst()).failure())
        .isInstanceOfSatisfying(
            RoutingException.NotLeader.class,
            e -> assertThat(e.leaderAddress()).contains("node2:7070"));
    assertThat(cluster.calls()).isEmpty();
  }

  @Test
  void shardWithoutKnownLeaderIsUnavailable() {
    cluster.forgetLeader(0);

    assertThatThrownBy(
            () -> router.count(docs, Optional.empty(), ReadHeader.LINEARIZABLE, deadline))
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessageContaining("no leader");
  }

  // --- names

  @Test
  void nameThatTheNodeDoesNotKnowYetIsFoundByABarrier() {
    cluster.formedCatalog().lag();
    var late = create("late", Metric.COSINE);

    assertThat(router.collection("late", deadline)).isEqualTo(late);
  }

  @Test
  void collectionMadeAnewUnderItsNameIsFoundByABarrier() {
    cluster.formedCatalog().lag();
    var _ = cluster.formedCatalog().write(new CatalogWrite.DropCollection(header().id(), "docs"));
    create("docs", Metric.L2_SQUARED);

    router.upsert(docs, points(30), header(), deadline);

    assertThat(cluster.points()).isEqualTo(30);
    assertThat(router.count(docs, Optional.empty(), ReadHeader.LINEARIZABLE, deadline).value())
        .isEqualTo(30);
  }

  @Test
  void unknownNameIsSaidToBeUnknown() {
    assertThatThrownBy(() -> router.collection("nothing", deadline))
        .isInstanceOf(RoutingException.UnknownCollection.class)
        .hasMessage("collection: \"nothing\" does not exist (expected: one that was created)");
  }

  @Test
  void droppedCollectionIsUnknownToReads() {
    var _ = cluster.formedCatalog().write(new CatalogWrite.DropCollection(header().id(), "docs"));

    assertThatThrownBy(
            () -> router.count(docs, Optional.empty(), ReadHeader.LINEARIZABLE, deadline))
        .isInstanceOf(RoutingException.UnknownCollection.class);
  }

  @Test
  void nodeOutsideOfAClusterSaysWhatToDo() {
    var alone = new ShardRouter(FakeCluster.unformed());

    assertThatThrownBy(() -> alone.collection("docs", deadline))
        .isInstanceOf(RoutingException.NotFormed.class)
        .hasMessageContaining("quiver cluster init");
  }

  // --- reading

  @Test
  void getAnswersInTheOrderAskedWithoutTheAbsent() {
    router.upsert(docs, points(10), header(), deadline);

    var answer =
        router.get(docs, List.of("p7", "none", "p1", "p7"), ReadHeader.LINEARIZABLE, deadline);

    assertThat(answer.value()).extracting(StoredPoint::id).containsExactly("p7", "p1", "p7");
  }

  @Test
  void countIsTheSumOfAllShards() {
    router.upsert(docs, points(25), header(), deadline);

    var answer = router.count(docs, Optional.empty(), ReadHeader.LINEARIZABLE, deadline);

    assertThat(answer.value()).isEqualTo(25);
    assertThat(answer.positions()).containsOnlyKeys(0, 1, 2);
  }

  @Test
  void searchReturnsTheNearestOfAllShardsTiesByAscendingId() {
    List<Point> points = new ArrayList<>();
    for (int number = 0; number < 40; number++) {
      points.add(new Point("p" + number, Vector.of(Math.floorDiv(number, 2)), Payload.EMPTY));
    }
    router.upsert(docs, points, header(), deadline);

    var query = new Query(Vector.of(0), 5, Optional.empty(), false, false);
    var answer = router.search(docs, query, ReadHeader.LINEARIZABLE, deadline);

    assertThat(answer.value()).extracting(Hit::id).containsExactly("p0", "p1", "p2", "p3", "p4");
  }

  @Test
  void scanVisitsEveryPointOnceInIdOrderWhateverThePageSize() {
    router.upsert(docs, points(57), header(), deadline);
    var expected = points(57).stream().map(Point::id).sorted().toList();
    for (int limit : List.of(1, 2, 7, 56, 57, 58, 1000)) {
      List<String> visited = new ArrayList<>();
      Optional<String> cursor = Optional.empty();
      do {
        var page =
            router
                .scan(docs, cursor, limit, Optional.empty(), ReadHeader.LINEARIZABLE, deadline)
                .value();
        assertThat(page.points()).hasSizeLessThanOrEqualTo(limit);
        page.points().forEach(point -> visited.add(point.id()));
        cursor = page.nextCursor();
      } while (cursor.isPresent());

      assertThat(visited).as("pages of %d", limit).isEqualTo(expected);
    }
  }

  @Test
  void readWithoutAnswerAtTheDeadlineExceedsIt() {
    cluster.shard(2).onRead(() -> Optional.of(new CompletableFuture<>()));

    assertThatThrownBy(
            () ->
                router.count(
                    docs,
                    Optional.empty(),
                    ReadHeader.LINEARIZABLE,
                    Deadline.after(Duration.ofMillis(50))))
        .isInstanceOf(RoutingException.DeadlineExceeded.class);
  }

  @Test
  void readFailsIfOneShardDoes() {
    cluster
        .shard(2)
        .onRead(
            () ->
                Optional.of(
                    CompletableFuture.failedFuture(new ShardException.Unavailable("closing"))));

    assertThatThrownBy(
            () -> router.count(docs, Optional.empty(), ReadHeader.LINEARIZABLE, deadline))
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessage("closing");
  }

  // --- delete by filter

  @Test
  void deleteByFilterThatOneShardRefusesIsOfUnknownOutcomeIfAnotherDeleted() {
    router.upsert(docs, points(30), header(), deadline);
    cluster.shard(0).failDeleteMatching(new ShardException.Unavailable("closing"));

    assertThatThrownBy(() -> router.deleteMatching(docs, ALL, false, deadline))
        .isInstanceOf(ShardException.OutcomeUnknown.class)
        .hasMessageMatching("delete by filter: .* [1-9]\\d* points are deleted for certain")
        .hasRootCauseMessage("closing");
    assertThat(cluster.points()).isEqualTo(cluster.shard(0).points()).isPositive();
  }

  @Test
  void unknownOutcomeOfOneShardIsNotHiddenByTheFailureOfAnother() {
    cluster.shard(0).failDeleteMatching(new ShardException.Unavailable("closing"));
    cluster.shard(2).failDeleteMatching(new ShardException.OutcomeUnknown("cut off"));

    assertThatThrownBy(() -> router.deleteMatching(docs, ALL, false, deadline))
        .isInstanceOf(ShardException.OutcomeUnknown.class);
  }

  @Test
  void deleteByFilterThatDeletedNothingFailsAsItsShardDid() {
    cluster.shard(0).failDeleteMatching(new ShardException.Unavailable("closing"));

    assertThatThrownBy(() -> router.deleteMatching(docs, ALL, false, deadline))
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessage("closing");
  }

  // --- what tests are made of

  private CollectionInfo create(String name, Metric metric) {
    var write =
        new CatalogWrite.CreateCollection(
            header().id(), name, new Descriptor(1, metric), Settings.NONE);
    return ((CatalogWritten.Created) cluster.formedCatalog().write(write).join()).collection();
  }

  private static WriteHeader header() {
    return new WriteHeader(new RequestId(UUID.randomUUID()), Map.of(), false);
  }

  private static List<Point> points(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> new Point("p" + number, Vector.of(number), Payload.EMPTY))
        .toList();
  }

  private List<Point> pointsOfShard(int shard, int count, int payloadBytes) {
    var view = cluster.formedCatalog().view();
    var payload = Payload.of(new byte[payloadBytes]);
    return IntStream.iterate(0, number -> number + 1)
        .mapToObj(number -> "p" + number)
        .filter(id -> view.shardOf(id).number() == shard)
        .limit(count)
        .map(id -> new Point(id, Vector.of(1), payload))
        .toList();
  }

  private static String upserted(ShardWrite write) {
    return ((ShardWrite.Upsert) write).points().getFirst().id();
  }

  // --- reads and replicas

  @Test
  void readStaysOnThisNodeWhoeverLeads() {
    cluster.lead(0, cluster.node(1));

    for (var level : ReadHeader.Level.values()) {
      var _ =
          router.count(docs, Optional.empty(), new ReadHeader(level, Map.of(), false), deadline);
    }

    assertThat(cluster.calls()).allSatisfy(call -> assertThat(call).startsWith("0/"));
  }

  @Test
  void readThatThisNodeIsBehindForGoesToTheLeader() {
    cluster.lead(0, cluster.node(1));
    cluster.fallBehind(cluster.self());
    String id = pointsOfShard(0, 1, 10).getFirst().id();
    var seen = Map.of(0, cluster.shard(0).position());

    for (var header :
        List.of(ReadHeader.LINEARIZABLE, new ReadHeader(ReadHeader.Level.SESSION, seen, false))) {
      int before = cluster.calls().size();
      var _ = router.get(docs, List.of(id), header, deadline);

      assertThat(cluster.calls().subList(before, cluster.calls().size()))
          .containsExactly("0/0", "1/0");
    }
    int before = cluster.calls().size();
    var any =
        router.get(
            docs, List.of(id), new ReadHeader(ReadHeader.Level.ANY, Map.of(), false), deadline);
    assertThat(cluster.calls().subList(before, cluster.calls().size())).containsExactly("0/0");
    assertThat(any.lags()).containsOnlyKeys(0);
  }

  @Test
  void directReadOfASessionIsRefusedWithTheLeadersAddressWhereTheReplicaIsBehind() {
    cluster.lead(0, cluster.node(1));
    String id = pointsOfShard(0, 1, 10).getFirst().id();
    var seen = Map.of(0, cluster.shard(0).position());
    var direct = new ReadHeader(ReadHeader.Level.SESSION, seen, true);

    var _ = router.get(docs, List.of(id), direct, deadline);
    cluster.fallBehind(cluster.self());

    assertThatThrownBy(() -> router.get(docs, List.of(id), direct, deadline))
        .isInstanceOfSatisfying(
            RoutingException.NotLeader.class,
            e -> assertThat(e.leaderAddress()).contains("node2:7070"));
    assertThatThrownBy(
            () ->
                router.get(
                    docs,
                    List.of(id),
                    new ReadHeader(ReadHeader.Level.LINEARIZABLE, Map.of(), true),
                    deadline))
        .isInstanceOf(RoutingException.NotLeader.class);
  }

  @Test
  void readOfAnyStateFindsAnotherReplicaWhereThisOneFails() {
    cluster.forgetLeader(0);
    cluster.stop(cluster.self());
    cluster.stop(cluster.node(1));
    String id = pointsOfShard(0, 1, 10).getFirst().id();

    var _ =
        router.get(
            docs, List.of(id), new ReadHeader(ReadHeader.Level.ANY, Map.of(), false), deadline);

    assertThat(cluster.calls()).containsExactly("0/0", "1/0", "2/0");
  }

  @Test
  void readOfWhatNobodyHasWrittenYetEndsAtTheDeadline() {
    var future = Map.of(0, new Position(1, 1, Long.MAX_VALUE));

    assertThatThrownBy(
            () ->
                router.count(
                    docs,
                    Optional.empty(),
                    new ReadHeader(ReadHeader.Level.SESSION, future, false),
                    Deadline.after(Duration.ofMillis(50))))
        .isInstanceOf(RoutingException.DeadlineExceeded.class);
  }

  @Test
  void sessionOfAnEarlierEpochOrOfAShardThatIsNotThereIsRefused() {

    assertThatThrownBy(
            () ->
                router.count(
                    docs,
                    Optional.empty(),
                    new ReadHeader(
                        ReadHeader.Level.SESSION, Map.of(0, new Position(0, 9, 9)), false),
                    deadline))
        .isInstanceOf(ShardException.StaleEpoch.class);
    assertThatThrownBy(
            () ->
                router.count(
                    docs,
                    Optional.empty(),
                    new ReadHeader(ReadHeader.Level.ANY, Map.of(99, new Position(1, 1, 1)), false),
                    deadline))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("session_token: names shard 99 (expected: 0 to");
  }

  /// The first page is read at any level; the next is not from a replica that knows less.
  @Test
  void laterPagesOfAScanSeeNoLessThanTheFirst() {
    router.upsert(docs, points(10), header(), deadline);
    var first =
        router
            .scan(docs, Optional.empty(), 3, Optional.empty(), ReadHeader.LINEARIZABLE, deadline)
            .value();
    for (int shard = 0; shard < cluster.formedCatalog().view().shards().size(); shard++) {
      cluster.lead(shard, cluster.node(1));
    }
    cluster.fallBehind(cluster.self());
    int before = cluster.calls().size();

    var second =
        router.scan(
            docs, first.nextCursor(), 3, Optional.empty(), ReadHeader.LINEARIZABLE, deadline);

    assertThat(second.value().points()).hasSize(3);
    assertThat(cluster.calls().subList(before, cluster.calls().size()))
        .anySatisfy(call -> assertThat(call).startsWith("1/"));
  }
}
