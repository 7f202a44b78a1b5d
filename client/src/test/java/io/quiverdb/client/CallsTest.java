package io.quiverdb.client;

import static io.quiverdb.client.Filter.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.api.v1.ScanRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What goes to the wire and comes back, call by call.
final class CallsTest extends FakeClusterTest {
  private final QuiverClient quiver = client();

  @Test
  void collectionIsCreatedShownListedAndDropped() {
    Schema schema = Schema.l2(3).keyword("lang").numeric("meta.year");

    Collection created = quiver.createCollection("new", schema);

    CollectionInfo info = created.info();
    assertThat(info).isEqualTo(new CollectionInfo("new", 1, schema, CollectionInfo.State.ACTIVE));
    assertThat(info.metric()).isEqualTo(Metric.L2_SQUARED);
    assertThat(info.dimension()).isEqualTo(3);
    assertThat(info.fields()).containsKeys("lang", "meta.year");
    assertThat(quiver.collections())
        .extracting(CollectionInfo::name)
        .containsExactly("docs", "new");
    quiver.dropCollection("new");
    assertThatThrownBy(created::info).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> quiver.createCollection("docs", schema))
        .isInstanceOf(AlreadyExistsException.class);
  }

  @Test
  void shreddingTellsWhatIsOutstandingWhere() {
    quiver.createCollection("secrets", Schema.l2(3));

    ShredStatus begun = quiver.shredCollection("secrets");
    ShredStatus ended = quiver.shredStatus("secrets");

    assertThat(begun)
        .isEqualTo(
            new ShredStatus(
                "secrets",
                7,
                false,
                List.of(
                    new ShredStatus.Node(
                        "n",
                        false,
                        List.of(
                            new ShredStatus.Replica(OptionalInt.empty(), List.of()),
                            new ShredStatus.Replica(OptionalInt.of(2), List.of("log"))),
                        Optional.empty()),
                    new ShredStatus.Node("m", false, List.of(), Optional.of("down"))),
                List.of("note")));
    assertThat(ended.complete()).isTrue();
    assertThat(quiver.async().shredStatus("secrets").join()).isEqualTo(ended);
    assertThatThrownBy(() -> quiver.shredCollection("secrets"))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void pointComesBackAsItWasStored() {
    Collection docs = quiver.collection("docs");
    long big = Long.MAX_VALUE;

    docs.upsert(
        Point.of("a", 0.1f, -2).payload(Map.of("n", big)),
        Point.of("b", 3, 4).payloadJson("{\"n\": 9007199254740993}"),
        Point.of("c", 5, 6));

    StoredPoint a = docs.get("a").orElseThrow();
    assertThat(a.vector()).containsExactly(0.1f, -2);
    assertThat(a.payload()).isEqualTo(Map.of("n", big));
    StoredPoint b = docs.get("b").orElseThrow();
    assertThat(b.payloadJson()).contains("{\"n\": 9007199254740993}");
    assertThat(b.payload()).isEqualTo(Map.of("n", 9007199254740993L));
    StoredPoint c = docs.get("c").orElseThrow();
    assertThat(c.payloadJson()).isEmpty();
    assertThat(c.payload()).isEmpty();
  }

  @Test
  void deleteSaysWhatWasThere() {
    Collection docs = quiver.collection("docs");
    List<String> ids = cluster.idsOn(0, 2);
    docs.upsert(point(ids.get(0)));

    WriteResult result = docs.delete(ids);

    assertThat(result.parts().get(0).points())
        .extracting(WriteResult.PointOutcome::result)
        .containsExactly(PointResult.DELETED, PointResult.ABSENT);
    assertThat(docs.count()).isZero();
  }

  @Test
  void searchGivesWhatWasAskedFor() {
    Collection docs = quiver.collection("docs");
    docs.upsert(
        Point.of("a", 1, 0).payload(Map.of("lang", "en")),
        Point.of("b", 2, 0).payload(Map.of("lang", "de")),
        Point.of("c", 3, 0).payload(Map.of("lang", "en")));

    List<Hit> bare = docs.search(1, 0).k(2).run();
    List<Hit> full =
        docs.search(1, 0).k(5).filter(field("lang").eq("en")).withPayload().withVector().run();

    assertThat(bare).extracting(Hit::id).containsExactly("c", "b");
    assertThat(bare).allMatch(hit -> hit.payloadJson().isEmpty() && hit.vector().isEmpty());
    assertThat(full).extracting(Hit::id).containsExactly("c", "a");
    assertThat(full.get(0).score()).isEqualTo(3);
    assertThat(full.get(0).payload()).isEqualTo(Map.of("lang", "en"));
    assertThat(full.get(0).vector().orElseThrow()).containsExactly(3, 0);
  }

  @Test
  void filtersTellTheTypesOfTheirValuesApart() {
    Collection docs = quiver.collection("docs");
    docs.upsert(
        Point.of("text", 1, 0).payload(Map.of("v", "1")),
        Point.of("whole", 1, 0).payload(Map.of("v", 1)),
        Point.of("real", 1, 0).payload(Map.of("v", 1.5)),
        Point.of("truth", 1, 0).payload(Map.of("v", true)));

    assertThat(docs.count(field("v").eq("1"))).isEqualTo(1);
    assertThat(docs.count(field("v").eq(1))).isEqualTo(1);
    assertThat(docs.count(field("v").eq(1.5))).isEqualTo(1);
    assertThat(docs.count(field("v").eq(true))).isEqualTo(1);
    assertThat(docs.count()).isEqualTo(4);
  }

  @Test
  void scanFetchesPagesOnlyWhenTheyAreNeeded() {
    List<String> ids = IntStream.range(0, 25).mapToObj(i -> "p%02d".formatted(i)).toList();
    Collection docs = quiver.collection("docs");
    docs.upsert(points(ids));

    List<String> some = docs.scan().pageSize(10).stream().limit(5).map(StoredPoint::id).toList();
    int fetched = scans();
    List<String> all = docs.scan().pageSize(10).stream().map(StoredPoint::id).toList();

    assertThat(some).containsExactlyElementsOf(ids.subList(0, 5));
    assertThat(fetched).isEqualTo(1);
    assertThat(all).containsExactlyElementsOf(ids);
    assertThat(scans()).isEqualTo(1 + 3);
  }

  @Test
  void scanCanBeTakenPageByPage() {
    List<String> ids = IntStream.range(0, 5).mapToObj(i -> "p" + i).toList();
    Collection docs = quiver.collection("docs");
    docs.upsert(points(ids));

    ScanPage first = docs.scan().pageSize(3).page();
    ScanPage second = docs.scan().pageSize(3).page(first.nextCursor().orElseThrow());

    assertThat(first.points()).extracting(StoredPoint::id).containsExactly("p0", "p1", "p2");
    assertThat(second.points()).extracting(StoredPoint::id).containsExactly("p3", "p4");
    assertThat(second.nextCursor()).isEmpty();
  }

  @Test
  void clusterCallsComeBackWhole() {
    Cluster ops = quiver.cluster();

    assertThat(ops.init(3, 2)).isEqualTo(new ClusterInfo("fake", 3, 3, 2, Optional.empty()));
    assertThat(ops.topology().shards()).hasSize(3);
    assertThat(ops.topology().shards().get(2).slots())
        .containsExactly(new ClusterTopology.SlotRange(10923, 16383));
    ClusterStatus.Node node = ops.status().nodes().get(1);
    assertThat(node.id()).isEqualTo("node-1");
    assertThat(node.replicas())
        .containsExactly(
            new ClusterStatus.Replica(
                0,
                ClusterStatus.Role.LEADER,
                2,
                7,
                6,
                OptionalLong.empty(),
                5,
                IndexCoverage.NOTHING,
                OptionalDouble.empty()));
    var hashed = new ReplicaCheck.Replica("node-0", true, Optional.of("0f"), Optional.empty());
    var silent = new ReplicaCheck.Replica("node-1", false, Optional.empty(), Optional.of("down"));
    var check = ops.check();
    assertThat(check.shards().get(0).replicas()).containsExactly(hashed);
    assertThat(check.catalog()).contains(new ReplicaCheck.Catalog(5, List.of(silent)));
    assertThat(check.replicas()).containsExactly(silent, hashed);
    ops.transferLeader(1, "node-2");
    assertThat(ops.topology().shards().get(1).leaderId()).contains("node-2");
  }

  private int scans() {
    return cluster.nodes().stream()
        .mapToInt(node -> node.requests("scan", ScanRequest.class).size())
        .sum();
  }
}
