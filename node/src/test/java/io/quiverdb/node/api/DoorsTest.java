package io.quiverdb.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.quiverdb.api.v1.CheckReplicasRequest;
import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.Collection;
import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.CompactCollectionRequest;
import io.quiverdb.api.v1.Consistency;
import io.quiverdb.api.v1.CountRequest;
import io.quiverdb.api.v1.CreateCollectionRequest;
import io.quiverdb.api.v1.DeleteRequest;
import io.quiverdb.api.v1.DropCollectionRequest;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.FieldType;
import io.quiverdb.api.v1.Filter;
import io.quiverdb.api.v1.GetCollectionRequest;
import io.quiverdb.api.v1.GetRequest;
import io.quiverdb.api.v1.GetShredStatusRequest;
import io.quiverdb.api.v1.GetStatusRequest;
import io.quiverdb.api.v1.GetTopologyRequest;
import io.quiverdb.api.v1.IndexCoverage;
import io.quiverdb.api.v1.InitClusterRequest;
import io.quiverdb.api.v1.KeysGrpc;
import io.quiverdb.api.v1.ListCollectionsRequest;
import io.quiverdb.api.v1.Metric;
import io.quiverdb.api.v1.Point;
import io.quiverdb.api.v1.PointResult;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.Precondition;
import io.quiverdb.api.v1.ScanRequest;
import io.quiverdb.api.v1.SearchBatchRequest;
import io.quiverdb.api.v1.SearchGrpc;
import io.quiverdb.api.v1.SearchRequest;
import io.quiverdb.api.v1.SegmentPlan;
import io.quiverdb.api.v1.SetFeatureLevelRequest;
import io.quiverdb.api.v1.ShredCollectionRequest;
import io.quiverdb.api.v1.ShredStatus;
import io.quiverdb.api.v1.TransferLeaderRequest;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.api.v1.Vector;
import io.quiverdb.api.v1.VerifyCollectionRequest;
import io.quiverdb.api.v1.VerifyCollectionResponse;
import io.quiverdb.api.v1.WatchTopologyRequest;
import io.quiverdb.api.v1.WriteOptions;
import io.quiverdb.api.v1.WritePart;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Position;
import io.quiverdb.node.routing.SessionToken;
import io.quiverdb.node.testing.FakeCluster;
import io.quiverdb.raft.ReadResult;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each call through both doors: what one writes the other reads.
class DoorsTest {
  private static final String ID = "00112233-4455-6677-8899-aabbccddeeff";

  /// What each replica of the fake cluster tells.
  private static final IndexCoverage COVERAGE =
      IndexCoverage.newBuilder()
          .setGraphRows(6)
          .setWaitingRows(2)
          .setRefusedRows(1)
          .setSmallRows(1)
          .setNeededBytes(4096)
          .setMemoryBytes(512)
          .build();

  private static final String COVERAGE_JSON =
      "{\"graph_rows\":6,\"waiting_rows\":2,\"refused_rows\":1,\"small_rows\":1,"
          + "\"needed_bytes\":4096,\"memory_bytes\":512}";

  private final FakeCluster cluster = FakeCluster.formed(3);
  private final TestNode node = TestNode.over(cluster);

  @AfterEach
  void stopNode() {
    node.close();
  }

  @Test
  void everyCallOfTheContractIsServed() {
    var served =
        Stream.concat(
                Calls.over(cluster, Limits.STANDARD, UUID::randomUUID, false).stream()
                    .map(Call::method),
                Calls.streamsOver(cluster, UUID::randomUUID).stream().map(StreamCall::method))
            .map(MethodDescriptor::getFullMethodName)
            .toList();

    var contract =
        Stream.of(
                CollectionsGrpc.getServiceDescriptor(),
                PointsGrpc.getServiceDescriptor(),
                SearchGrpc.getServiceDescriptor(),
                ClusterGrpc.getServiceDescriptor(),
                KeysGrpc.getServiceDescriptor())
            .flatMap(service -> service.getMethods().stream())
            .map(method -> method.getFullMethodName())
            .toList();
    assertThat(served).containsExactlyInAnyOrderElementsOf(contract);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/grpc+json", "application/grpc-web+proto"})
  void grpcIsSpokenAsProtobufOnly(String contentType) {
    var answer =
        node.send(
            "POST",
            "/" + CollectionsGrpc.getListCollectionsMethod().getFullMethodName(),
            "{}",
            "content-type",
            contentType);

    assertThat(answer.status()).isEqualTo(415);
  }

  // --- collections

  @Test
  void collectionMadeByJsonIsSeenByGrpc() {
    var created =
        node.put(
            "/v1/collections/docs",
            """
            {"dimension": 2, "metric": "DOT",
             "filterable_fields": [{"path": "author.name", "type": "KEYWORD"}]}\
            """);

    assertThat(created.status()).isEqualTo(200);
    assertThat(created.body())
        .isEqualTo(
            "{\"name\":\"docs\",\"id\":1,\"dimension\":2,\"metric\":\"DOT\","
                + "\"filterable_fields\":[{\"path\":\"author.name\",\"type\":\"KEYWORD\"}],"
                + "\"state\":\"ACTIVE\"}");
    var seen =
        node.call(
            CollectionsGrpc.getGetCollectionMethod(),
            GetCollectionRequest.newBuilder().setName("docs").build());
    assertThat(seen.getDimension()).isEqualTo(2);
    assertThat(seen.getMetric()).isEqualTo(Metric.DOT);
    assertThat(seen.getFilterableFields(0).getType()).isEqualTo(FieldType.KEYWORD);
    assertThat(seen.getState()).isEqualTo(Collection.State.ACTIVE);
  }

  @Test
  void efOfACollectionIsSetAndTakenBack() {
    assertThat(node.put("/v1/collections/docs", "{\"dimension\": 2, \"ef\": 300}").body())
        .contains("\"ef\":300");

    assertThat(node.post("/v1/collections/docs/settings", "{\"ef\": 200}").body())
        .contains("\"ef\":200");
    var seen =
        node.call(
            CollectionsGrpc.getGetCollectionMethod(),
            GetCollectionRequest.newBuilder().setName("docs").build());
    assertThat(seen.getEf()).isEqualTo(200);
    assertThat(node.post("/v1/collections/docs/settings", "{\"ef\": 0}").body())
        .doesNotContain("\"ef\"");
  }

  @Test
  void efOfACollectionOutOfRangeIsRefused() {
    for (long ef : new long[] {0, 10_001, 4_294_967_295L}) {
      var refused = node.put("/v1/collections/docs", "{\"dimension\": 2, \"ef\": " + ef + "}");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.body()).contains("ef: " + ef + " (expected: 1 to 10000)");
    }
    create("docs");
    assertThat(node.post("/v1/collections/docs/settings", "{\"ef\": 10001}").body())
        .contains("ef: 10001 (expected: 1 to 10000)");
  }

  @Test
  void collectionMadeByGrpcIsSeenAndDroppedByJson() {
    var created = create("docs");

    assertThat(created.getMetric()).isEqualTo(Metric.COSINE);
    assertThat(node.get("/v1/collections/docs").field("metric")).isEqualTo("COSINE");
    assertThat(node.get("/v1/collections").body()).contains("\"name\":\"docs\"");
    assertThat(node.send("DELETE", "/v1/collections/docs", "").body()).isEqualTo("{}");
    assertThat(node.get("/v1/collections").body()).isEqualTo("{\"collections\":[]}");
  }

  @Test
  void listIsInTheOrderOfNames() {
    create("b");
    create("a");

    var list =
        node.call(
            CollectionsGrpc.getListCollectionsMethod(),
            ListCollectionsRequest.getDefaultInstance());

    assertThat(list.getCollectionsList()).extracting(Collection::getName).containsExactly("a", "b");
  }

  @Test
  void createRepeatedUnderItsRequestIdChangesNothing() {
    var request =
        CreateCollectionRequest.newBuilder()
            .setName("docs")
            .setDimension(2)
            .setRequestId(ID)
            .build();
    var first = node.call(CollectionsGrpc.getCreateCollectionMethod(), request);

    var second =
        node.put("/v1/collections/docs", "{\"dimension\": 2, \"request_id\": \"" + ID + "\"}");

    assertThat(second.field("id")).isEqualTo(Long.toString(first.getId()));
  }

  @Test
  void dropByGrpcFreesTheName() {
    create("docs");

    node.call(
        CollectionsGrpc.getDropCollectionMethod(),
        DropCollectionRequest.newBuilder().setName("docs").build());

    assertThat(node.get("/v1/collections/docs").status()).isEqualTo(404);
    assertThat(create("docs").getId()).isEqualTo(2);
  }

  // --- points

  @Test
  void payloadIsKeptToTheLetter() {
    create("docs");
    String payload =
        "{\"z\": 1,  \"a\": 9007199254740993, \"e\": 1.10, \"t\": \"\\u00e9 \uD83D\uDE00\"}";
    node.post(
        "/v1/collections/docs/points",
        "{\"points\": [{\"id\": \"p\", \"payload\":" + payload + ",\"vector\": [1, 2.5]}]}");

    var byGrpc = get("p").getPoints(0);
    var byJson = node.post("/v1/collections/docs/points/get", "{\"ids\": [\"p\"]}");

    assertThat(byGrpc.getPayload().toStringUtf8()).isEqualTo(payload);
    assertThat(byJson.body()).contains("\"payload\":" + payload);
    assertThat(byJson.body()).contains("\"vector\":[1.0,2.5]");
  }

  @Test
  void payloadMayBeAnyJsonValueOrNone() {
    create("docs");
    for (String payload : List.of("\"text\"", "-1.5e-7", "[1,[2,{}]]", "true", "{}")) {
      node.post(
          "/v1/collections/docs/points",
          "{\"points\": [{\"id\": \"p\", \"vector\": [1, 2], \"payload\": " + payload + "}]}");

      assertThat(get("p").getPoints(0).getPayload().toStringUtf8()).isEqualTo(payload);
    }
    var none =
        node.post(
            "/v1/collections/docs/points",
            "{\"points\": [{\"id\": \"p\", \"vector\": [1, 2], \"payload\": null}]}");

    assertThat(none.status()).isEqualTo(200);
    assertThat(get("p").getPoints(0).getPayload()).isEqualTo(ByteString.EMPTY);
    assertThat(node.post("/v1/collections/docs/points/get", "{\"ids\": [\"p\"]}").body())
        .doesNotContain("payload");
  }

  @Test
  void bothFormsOfVectorsAreTheSame() {
    create("docs");
    var little = ByteString.copyFrom(io.quiverdb.core.Vector.of(0.1f, -2).toLittleEndian());
    upsert(
        Point.newBuilder().setId("bytes").setVector(Vector.newBuilder().setLittleEndian(little)));
    upsert(
        Point.newBuilder()
            .setId("values")
            .setVector(Vector.newBuilder().addValues(0.1f).addValues(-2)));
    node.post(
        "/v1/collections/docs/points", "{\"points\": [{\"id\": \"json\", \"vector\": [0.1, -2]}]}");

    var points = get("bytes", "values", "json").getPointsList();

    assertThat(points)
        .extracting(point -> point.getVector().getLittleEndian())
        .containsOnly(little);
  }

  @Test
  void upsertTellsWhatBecameOfEachPoint() {
    create("docs");
    upsert(Point.newBuilder().setId("a").setVector(vector(1, 2)));

    var response =
        node.call(
            PointsGrpc.getUpsertMethod(),
            UpsertRequest.newBuilder()
                .setCollection("docs")
                .addPoints(Point.newBuilder().setId("a").setVector(vector(1, 2)))
                .addPoints(Point.newBuilder().setId("b").setVector(vector(1, 2)))
                .setOptions(WriteOptions.newBuilder().setRequestId(ID))
                .build());

    assertThat(response.getRequestId()).isEqualTo(ID);
    assertThat(result(response.getPartsList(), 0)).isEqualTo(PointResult.REPLACED);
    assertThat(result(response.getPartsList(), 1)).isEqualTo(PointResult.INSERTED);
  }

  @Test
  void repeatedWriteIsADuplicateThroughTheOtherDoor() {
    create("docs");
    var request =
        UpsertRequest.newBuilder()
            .setCollection("docs")
            .addPoints(Point.newBuilder().setId("a").setVector(vector(1, 2)))
            .setOptions(WriteOptions.newBuilder().setRequestId(ID))
            .build();
    node.call(PointsGrpc.getUpsertMethod(), request);

    var again =
        node.post(
            "/v1/collections/docs/points",
            "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2]}], \"options\": {\"request_id\": \""
                + ID
                + "\"}}");

    assertThat(again.body()).contains("\"duplicate\":true");
  }

  @Test
  void repeatedWritesKeepTheirOutcomeAfterTheCollectionWasDropped() {
    create("docs");
    String path = "/v1/collections/docs/points";
    String id = "\"options\": {\"request_id\": \"" + ID + "\"}";
    String other = "\"options\": {\"request_id\": \"" + ID.replace('0', '1') + "\"}";
    String upsert = "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2]}], " + id + "}";
    String delete = "{\"ids\": [\"a\"], " + other + "}";
    assertThat(node.post(path, upsert).body()).contains("INSERTED");
    assertThat(node.post(path + "/delete", delete).body()).contains("DELETED");
    assertThat(node.send("DELETE", "/v1/collections/docs", "").status()).isEqualTo(200);

    var upsertAgain = node.post(path, upsert);
    var deleteAgain = node.post(path + "/delete", delete);
    var another = node.post(path, upsert.replace(ID, ID.replace('0', '2')));

    assertThat(upsertAgain.body()).contains("INSERTED", "\"duplicate\":true");
    assertThat(deleteAgain.body()).contains("DELETED", "\"duplicate\":true");
    assertThat(another.status()).isEqualTo(404);
  }

  @Test
  void pointThatIsNotAsDemandedIsNamedWithItsVersionThroughBothDoors() {
    create("docs");
    upsert(Point.newBuilder().setId("a").setVector(vector(1, 2)));
    String path = "/v1/collections/docs/points";
    String version = "\"precondition\": {\"version\": 77}";

    var problem =
        node.post(path, "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2], " + version + "}]}");
    var payload =
        node.post(
            path + "/payload",
            "{\"changes\": [{\"id\": \"b\", \"payload\": {}, "
                + "\"precondition\": {\"present\": true}}]}");
    var failure =
        node.failure(
            PointsGrpc.getDeleteMethod(),
            DeleteRequest.newBuilder()
                .setCollection("docs")
                .addPoints(
                    DeleteRequest.Deletion.newBuilder()
                        .setId("a")
                        .setPrecondition(Precondition.newBuilder().setAbsent(true)))
                .build());

    assertThat(problem.status()).isEqualTo(412);
    assertThat(problem.body())
        .contains("\"reason\":\"precondition\"", "\"failed_points\":[{\"id\":\"a\",\"version\":");
    assertThat(payload.status()).isEqualTo(412);
    assertThat(payload.body()).contains("\"failed_points\":[{\"id\":\"b\"}]");
    assertThat(failure.detail().getCode()).isEqualTo(ErrorCode.PRECONDITION_FAILED);
    assertThat(failure.detail().getFailedPoints(0).getId()).isEqualTo("a");
    assertThat(failure.detail().getFailedPoints(0).getVersion()).isPositive();
  }

  @Test
  void payloadIsReplacedWithoutTheVector() {
    create("docs");
    upsert(Point.newBuilder().setId("a").setVector(vector(1, 2)));

    var answer =
        node.post(
            "/v1/collections/docs/points/payload",
            "{\"changes\": [{\"id\": \"a\", \"payload\": {\"n\": 9007199254740993}}, "
                + "{\"id\": \"b\", \"payload\": 1}]}");
    var read = node.post("/v1/collections/docs/points/get", "{\"ids\": [\"a\", \"b\"]}");

    assertThat(answer.body()).contains("PAYLOAD_SET", "ABSENT");
    assertThat(read.body())
        .contains("\"vector\":[1.0,2.0],\"payload\":{\"n\": 9007199254740993}")
        .doesNotContain("\"id\":\"b\"");
  }

  @Test
  void deleteByFilterTellsHowMany() {
    create("docs");
    String path = "/v1/collections/docs/points";
    assertThat(
            node.post(
                    path,
                    "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2], \"payload\": {\"n\": 1}},"
                        + " {\"id\": \"b\", \"vector\": [1, 2], \"payload\": {\"n\": 2}}]}")
                .status())
        .isEqualTo(200);

    var deleted = node.post(path + "/delete", "{\"filter\": {\"field\": \"n\", \"eq\": 1}}");
    var both =
        node.post(
            path + "/delete", "{\"ids\": [\"a\"], \"filter\": {\"field\": \"n\", \"eq\": 1}}");

    assertThat(deleted.body()).contains("\"matching\":{\"deleted\":1,\"changed\":0");
    assertThat(node.post(path + "/count", "{}").body()).contains("\"count\":1");
    assertThat(both.status()).isEqualTo(400);
    assertThat(both.body())
        .contains("ids, points, filter: several of them (expected: one of them)");
  }

  @Test
  void preconditionsThatMakeNoSenseAreRefused() {
    create("docs");
    String point = "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2], \"precondition\": %s}]}";
    String path = "/v1/collections/docs/points";

    assertThat(node.post(path, point.formatted("{}")).body())
        .contains("points[0].precondition: empty (expected: absent, present or version)");
    assertThat(node.post(path, point.formatted("{\"absent\": false}")).body())
        .contains("points[0].precondition.absent: false (expected: true, or another kind)");
    assertThat(node.post(path, point.formatted("{\"absent\": true, \"version\": 3}")).body())
        .contains("several of them (expected: one of absent, present, version)");
  }

  @Test
  void settingsAreUpdated() {
    create("docs");

    var answer =
        node.post(
            "/v1/collections/docs/settings",
            "{\"add\": [{\"path\": \"n\", \"type\": \"NUMERIC\"}]}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).contains("{\"path\":\"n\",\"type\":\"NUMERIC\"}");
    assertThat(node.post("/v1/collections/nothing/settings", "{\"drop\": [\"n\"]}").status())
        .isEqualTo(404);
  }

  @Test
  void deleteTellsWhatWasThere() {
    create("docs");
    upsert(Point.newBuilder().setId("a").setVector(vector(1, 2)));

    var response =
        node.call(
            PointsGrpc.getDeleteMethod(),
            DeleteRequest.newBuilder().setCollection("docs").addIds("a").addIds("b").build());
    var json = node.post("/v1/collections/docs/points/delete", "{\"ids\": [\"a\"]}");

    assertThat(result(response.getPartsList(), 0)).isEqualTo(PointResult.DELETED);
    assertThat(result(response.getPartsList(), 1)).isEqualTo(PointResult.ABSENT);
    assertThat(json.body()).contains("\"results\":[\"ABSENT\"]");
  }

  @Test
  void scanPagesAgreeAndEnd() {
    create("docs");
    for (String id : List.of("a", "b", "c")) {
      upsert(Point.newBuilder().setId(id).setVector(vector(1, 2)));
    }

    var first =
        node.call(
            PointsGrpc.getScanMethod(),
            ScanRequest.newBuilder().setCollection("docs").setLimit(2).build());
    var second =
        node.post(
            "/v1/collections/docs/points/scan", "{\"cursor\": \"" + first.getNextCursor() + "\"}");

    assertThat(first.getPointsList()).extracting(point -> point.getId()).containsExactly("a", "b");
    assertThat(second.body()).contains("\"id\":\"c\"").doesNotContain("\"id\":\"a\"");
    assertThat(second.field("next_cursor")).isEmpty();
  }

  @Test
  void countsWithFilterAgree() {
    create("docs");
    upsert(
        Point.newBuilder()
            .setId("a")
            .setVector(vector(1, 2))
            .setPayload(ByteString.copyFromUtf8("{\"script\": \"Greek\", \"year\": 7}")));
    upsert(Point.newBuilder().setId("b").setVector(vector(1, 2)));

    var byText =
        node.call(
            PointsGrpc.getCountMethod(),
            CountRequest.newBuilder()
                .setCollection("docs")
                .setFilter(
                    Filter.newBuilder()
                        .setEq(
                            Filter.Eq.newBuilder()
                                .setField("script")
                                .setValue(Filter.Value.newBuilder().setText("Greek"))))
                .build());

    assertThat(byText.getCount()).isEqualTo(1);
    assertThat(count("{}")).isEqualTo("2");
    assertThat(count("{\"filter\": {\"field\": \"script\", \"eq\": \"Greek\"}}")).isEqualTo("1");
    assertThat(count("{\"filter\": {\"field\": \"year\", \"eq\": 7}}")).isEqualTo("1");
    assertThat(count("{\"filter\": {\"field\": \"year\", \"eq\": 8}}")).isEqualTo("0");
  }

  @Test
  void everyConditionMeansTheSameThroughBothDoors() {
    create("docs");
    List<String> payloads =
        List.of(
            "{\"lang\": \"en\", \"year\": 2019}",
            "{\"lang\": \"fr\", \"year\": [2020, 9007199254740993]}",
            "{\"lang\": \"de\", \"year\": 2024.5}",
            "{\"year\": null}");
    for (int index = 0; index < payloads.size(); index++) {
      upsert(
          Point.newBuilder()
              .setId("p" + index)
              .setVector(vector(1, 2))
              .setPayload(ByteString.copyFromUtf8(payloads.get(index))));
    }
    Filter english = Filter.newBuilder().setEq(eq("lang", text("en"))).build();
    Filter hasYear =
        Filter.newBuilder().setExists(Filter.Exists.newBuilder().setField("year")).build();

    assertBothCount(
        2,
        "{\"field\": \"lang\", \"in\": [\"en\", \"de\", 5]}",
        Filter.newBuilder()
            .setIn(
                Filter.In.newBuilder()
                    .setField("lang")
                    .addValues(text("en"))
                    .addValues(text("de"))
                    .addValues(whole(5))));
    assertBothCount(
        2,
        "{\"gte\": 2020, \"field\": \"year\"}",
        Filter.newBuilder()
            .setRange(Filter.Range.newBuilder().setField("year").setGte(whole(2020))));
    assertBothCount(
        1,
        "{\"field\": \"year\", \"gt\": 9007199254740992}",
        Filter.newBuilder()
            .setRange(
                Filter.Range.newBuilder().setField("year").setGt(whole(9_007_199_254_740_992L))));
    assertBothCount(
        2,
        "{\"field\": \"lang\", \"gt\": \"de\", \"lte\": \"fr\"}",
        Filter.newBuilder()
            .setRange(
                Filter.Range.newBuilder().setField("lang").setGt(text("de")).setLte(text("fr"))));
    assertBothCount(3, "{\"field\": \"year\", \"exists\": true}", hasYear.toBuilder());
    assertBothCount(
        1, "{\"field\": \"year\", \"exists\": false}", Filter.newBuilder().setNot(hasYear));
    assertBothCount(
        2,
        "{\"and\": [{\"field\": \"year\", \"exists\": true},"
            + " {\"not\": {\"field\": \"lang\", \"eq\": \"en\"}}]}",
        Filter.newBuilder()
            .setAnd(
                Filter.Conditions.newBuilder()
                    .addFilters(hasYear)
                    .addFilters(Filter.newBuilder().setNot(english))));
    assertBothCount(
        2,
        "{\"or\": [{\"field\": \"lang\", \"eq\": \"en\"}, {\"field\": \"year\", \"eq\": 2024.5}]}",
        Filter.newBuilder()
            .setOr(
                Filter.Conditions.newBuilder()
                    .addFilters(english)
                    .addFilters(
                        Filter.newBuilder()
                            .setEq(eq("year", Filter.Value.newBuilder().setReal(2024.5))))));
  }

  private void assertBothCount(long expected, String json, Filter.Builder filter) {
    var byGrpc =
        node.call(
            PointsGrpc.getCountMethod(),
            CountRequest.newBuilder().setCollection("docs").setFilter(filter).build());

    assertThat(byGrpc.getCount()).as(json).isEqualTo(expected);
    assertThat(count("{\"filter\": " + json + "}")).as(json).isEqualTo(Long.toString(expected));
  }

  private static Filter.Eq.Builder eq(String field, Filter.Value.Builder value) {
    return Filter.Eq.newBuilder().setField(field).setValue(value);
  }

  private static Filter.Value.Builder text(String text) {
    return Filter.Value.newBuilder().setText(text);
  }

  private static Filter.Value.Builder whole(long number) {
    return Filter.Value.newBuilder().setWhole(number);
  }

  @Test
  void searchesAgree() {
    node.put("/v1/collections/docs", "{\"dimension\": 2, \"metric\": \"L2_SQUARED\"}");
    upsert(
        Point.newBuilder()
            .setId("near")
            .setVector(vector(1, 1))
            .setPayload(ByteString.copyFromUtf8("{\"a\":1}")));
    upsert(Point.newBuilder().setId("far").setVector(vector(5, 5)));

    var byGrpc =
        node.call(
            SearchGrpc.getSearchMethod(),
            SearchRequest.newBuilder()
                .setCollection("docs")
                .setVector(vector(1, 1))
                .setK(2)
                .build());
    var byJson =
        node.post(
            "/v1/collections/docs/search",
            "{\"vector\": [1, 1], \"k\": 1, \"with_payload\": true, \"with_vector\": true}");

    assertThat(byGrpc.getHitsList()).extracting(hit -> hit.getId()).containsExactly("near", "far");
    assertThat(byGrpc.getHits(0).hasPayload()).isFalse();
    assertThat(byGrpc.getHits(1).getScore()).isEqualTo(32);
    assertThat(byGrpc.getPositionsCount()).isEqualTo(3);
    assertThat(byJson.body())
        .startsWith("{\"hits\":[{\"id\":\"near\",\"score\":0.0,\"version\":")
        .contains("\"payload\":{\"a\":1},\"vector\":[1.0,1.0]}],\"positions\":[{\"shard\":0,");
  }

  @Test
  void searchesWithThresholdsBatchesAndExplanationsAgree() {
    node.put("/v1/collections/docs", "{\"dimension\": 2, \"metric\": \"L2_SQUARED\"}");
    upsert(Point.newBuilder().setId("near").setVector(vector(1, 1)));
    upsert(Point.newBuilder().setId("far").setVector(vector(5, 5)));
    var search =
        SearchRequest.newBuilder()
            .setVector(vector(1, 1))
            .setK(2)
            .setExact(true)
            .setEf(200)
            .setScoreThreshold(31);

    var byGrpc =
        node.call(
            SearchGrpc.getSearchBatchMethod(),
            SearchBatchRequest.newBuilder()
                .setCollection("docs")
                .addSearches(search)
                .addSearches(search.clone().setScoreThreshold(32).setCollection("docs"))
                .build());
    var byJson =
        node.post(
            "/v1/collections/docs/search/batch",
            "{\"searches\": [{\"vector\": [1, 1], \"k\": 2, \"score_threshold\": 31},"
                + " {\"vector\": [5, 5], \"k\": 1, \"ef\": 7}]}");

    assertThat(byGrpc.getResultsList())
        .extracting(result -> result.getHitsList().stream().map(hit -> hit.getId()).toList())
        .containsExactly(List.of("near"), List.of("near", "far"));
    assertThat(byJson.body())
        .startsWith("{\"results\":[{\"hits\":[{\"id\":\"near\",\"score\":0.0,")
        .contains("{\"hits\":[{\"id\":\"far\",\"score\":0.0,");

    var plans =
        node.call(SearchGrpc.getExplainMethod(), search.clone().setCollection("docs").build());
    var planAsJson =
        node.post(
            "/v1/collections/docs/search/explain",
            "{\"vector\": [1, 1], \"k\": 2, \"exact\": true}");

    assertThat(plans.getPlansList())
        .hasSize(3)
        .allMatch(plan -> plan.getWay() == SegmentPlan.Way.EXACT && !plan.hasSegment());
    assertThat(plans.getPlansList().stream().mapToLong(plan -> plan.getRowsScanned()).sum())
        .isEqualTo(2);
    assertThat(planAsJson.body())
        .startsWith("{\"plans\":[{\"shard\":0,\"way\":\"EXACT\",\"rows\":")
        .contains("\"positions\":[{\"shard\":0,");
  }

  // --- the cluster

  @Test
  void statusMarksTheNodesThatDoNotAnswer() {
    cluster.stop(cluster.node(2));

    var byGrpc = node.call(ClusterGrpc.getGetStatusMethod(), GetStatusRequest.getDefaultInstance());
    var byJson = node.get("/v1/cluster/status");

    assertThat(byGrpc.getNodesList())
        .extracting(each -> each.getReachable())
        .containsExactly(true, true, false);
    assertThat(byGrpc.getNodes(0).getReplicasCount()).isEqualTo(3);
    assertThat(byGrpc.getEncrypted()).isTrue();
    assertThat(byGrpc.getNodesList())
        .extracting(each -> each.getMasterKeyId())
        .containsExactly(FakeCluster.MASTER_KEY_ID, FakeCluster.MASTER_KEY_ID, "");
    assertThat(byJson.body())
        .contains("\"client_address\":\"node3:7070\",\"version\":\"\",\"reachable\":false");
  }

  @Test
  void statusTellsWhichRowsHaveAGraphAndTheRecallOfSampledSearches() {
    var byGrpc = node.call(ClusterGrpc.getGetStatusMethod(), GetStatusRequest.getDefaultInstance());
    var byJson = node.get("/v1/cluster/status");

    var replica = byGrpc.getNodes(0).getReplicas(0);
    assertThat(replica.getIndex()).isEqualTo(COVERAGE);
    assertThat(replica.getRecall().getQueries()).isEqualTo(8);
    assertThat(replica.getRecall().getRecallAt10()).isEqualTo(0.95);
    assertThat(byJson.body())
        .contains(
            "\"index\":" + COVERAGE_JSON + ",\"recall\":{\"queries\":8,\"recall_at_10\":0.95}");
  }

  @Test
  void featureLevelIsShownPlannedAndRaisedThroughBothDoors() {
    var plan = SetFeatureLevelRequest.newBuilder().setFeatureLevel(2).setPlanOnly(true).build();
    var planned = node.call(ClusterGrpc.getSetFeatureLevelMethod(), plan);
    var beyond =
        node.failure(
            ClusterGrpc.getSetFeatureLevelMethod(), plan.toBuilder().setFeatureLevel(3).build());
    var before = node.get("/v1/cluster/status");
    var raised = node.send("POST", "/v1/cluster/feature-level", "{\"feature_level\": 2}");
    var after = node.call(ClusterGrpc.getGetStatusMethod(), GetStatusRequest.getDefaultInstance());

    assertThat(planned.getFeatureLevel()).isEqualTo(1);
    assertThat(beyond.detail().getCode()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(beyond.detail().getMessage())
        .startsWith("feature level: 3, and node ")
        .contains("node %s supports 1 to 2".formatted(cluster.node(1)))
        .endsWith("(expected: one that every node supports)");
    assertThat(before.body()).contains("\"feature_level\":1");
    assertThat(raised.body()).isEqualTo("{\"feature_level\":2}");
    assertThat(after.getFeatureLevel()).isEqualTo(2);
    assertThat(after.getNodesList())
        .extracting(each -> each.getLowestFeatureLevel() + " to " + each.getHighestFeatureLevel())
        .containsOnly("1 to 2");
  }

  @Test
  void topologyNamesMembersSlotsAndLeaders() {
    cluster.lead(1, cluster.node(2));
    cluster.forgetLeader(2);

    var topology =
        node.call(ClusterGrpc.getGetTopologyMethod(), GetTopologyRequest.getDefaultInstance());
    var json = node.get("/v1/cluster/topology");

    assertThat(topology.getNodesCount()).isEqualTo(3);
    assertThat(topology.getShards(1).getLeaderId()).isEqualTo(cluster.node(2).toString());
    assertThat(topology.getShards(2).getLeaderId()).isEmpty();
    assertThat(topology.getShards(2).getSlots(0).getLast()).isEqualTo(16_383);
    assertThat(json.body()).contains("\"slots\":[{\"first\":0,\"last\":5460}]");
  }

  @Test
  void topologyIsToldAgainWhenItChangesThroughBothDoors() throws Exception {
    cluster.forgetLeader(2);
    var byGrpc =
        node.stream(
            ClusterGrpc.getWatchTopologyMethod(), WatchTopologyRequest.getDefaultInstance());
    var byJson = node.lines("/v1/cluster/topology/watch");

    assertThat(byGrpc.next().getShards(2).getLeaderId()).isEmpty();
    assertThat(byJson.next()).contains("\"slots\":[{\"first\":0,\"last\":5460}]");
    cluster.lead(2, cluster.node(1));

    assertThat(byGrpc.next().getShards(2).getLeaderId()).isEqualTo(cluster.node(1).toString());
    assertThat(byJson.next()).contains("\"leader_id\":\"" + cluster.node(1) + "\"");

    node.server().stopAccepting();

    assertThatThrownBy(byGrpc::next)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    assertThat(byJson.hasNext()).isFalse();
  }

  @Test
  void topologyOfNoClusterIsRefusedThroughBothDoors() {
    try (var unformed = TestNode.over(FakeCluster.unformed())) {
      var stream =
          unformed.stream(
              ClusterGrpc.getWatchTopologyMethod(), WatchTopologyRequest.getDefaultInstance());

      assertThatThrownBy(stream::next)
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("not formed");
      var json = unformed.get("/v1/cluster/topology/watch");
      assertThat(json.status()).isEqualTo(503);
      assertThat(json.field("reason")).isEqualTo("not_formed");
    }
  }

  // --- levels of reads

  @Test
  void tokenOfAWriteIsSeenByReadsOfItsSessionThroughTheOtherDoor() {
    createDocs();
    var written =
        node.post("/v1/collections/docs/points", "{\"points\":[{\"id\":\"a\",\"vector\":[1,2]}]}");
    String token = written.field("session_token");

    var read =
        node.call(
            PointsGrpc.getGetMethod(),
            GetRequest.newBuilder()
                .setCollection("docs")
                .addIds("a")
                .setConsistency(Consistency.SESSION)
                .setSessionToken(token)
                .build());

    assertThat(read.getPointsCount()).isEqualTo(1);
    assertThat(read.getSessionToken()).isEqualTo(token);
    assertThat(read.getLagsCount()).isZero();
    // Names what the session had seen before, too.
    var counted =
        node.post(
            "/v1/collections/docs/points/count",
            "{\"consistency\":\"SESSION\",\"session_token\":\"" + token + "\"}");
    assertThat(SessionToken.positions(counted.field("session_token")))
        .containsAllEntriesOf(SessionToken.positions(token));
  }

  @Test
  void readOfAnyStateTellsHowOldItMayBe() {
    createDocs();

    var counted = node.post("/v1/collections/docs/points/count", "{\"consistency\":\"ANY\"}");
    var scanned = node.post("/v1/collections/docs/points/scan", "{\"consistency\":\"ANY\"}");
    var found =
        node.post(
            "/v1/collections/docs/search", "{\"vector\":[1,2],\"k\":1,\"consistency\":\"ANY\"}");

    for (var answer : List.of(counted, scanned, found)) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body())
          .contains("\"lags\":[{\"shard\":0,\"entries\":0,\"leader_silence_millis\":17}");
    }
  }

  @Test
  void tokensThatAreNoneOrOfAnotherEpochAreRefusedThroughBothDoors() {
    createDocs();
    String old = SessionToken.of(Map.of(0, new Position(0, 1, 1)));

    var malformed =
        node.post(
            "/v1/collections/docs/points/count",
            "{\"consistency\":\"SESSION\",\"session_token\":\"AAAA\"}");
    assertThat(malformed.status()).isEqualTo(400);
    assertThat(malformed.field("code")).isEqualTo("INVALID_ARGUMENT");
    var stale =
        node.post(
            "/v1/collections/docs/points/count",
            "{\"consistency\":\"SESSION\",\"session_token\":\"" + old + "\"}");
    assertThat(stale.status()).isEqualTo(409);
    assertThat(stale.field("code")).isEqualTo("STALE_EPOCH");
    assertThat(stale.field("reason")).isEqualTo("session_token");
    assertThat(stale.field("retry_safe")).isEqualTo("false");
    var byGrpc =
        node.failure(
            PointsGrpc.getCountMethod(),
            CountRequest.newBuilder()
                .setCollection("docs")
                .setConsistency(Consistency.SESSION)
                .setSessionToken(old)
                .build());
    assertThat(byGrpc.status()).isEqualTo(Status.Code.ABORTED);
    assertThat(byGrpc.detail().getCode()).isEqualTo(ErrorCode.STALE_EPOCH);
    var unknown = node.post("/v1/collections/docs/points/count", "{\"consistency\":\"EVENTUAL\"}");
    assertThat(unknown.status()).isEqualTo(400);
  }

  @Test
  void tokenOfWhatNobodyHasWrittenEndsAtTheDeadline() {
    createDocs();
    String future = SessionToken.of(Map.of(0, new Position(1, 1, 1L << 40)));

    var failure =
        node.failure(
            PointsGrpc.getCountMethod(),
            CountRequest.newBuilder()
                .setCollection("docs")
                .setConsistency(Consistency.SESSION)
                .setSessionToken(future)
                .build(),
            CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS));

    assertThat(failure.status()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void checkFindsReplicasEqualOrNamesTheOddOne() {
    var equal =
        node.call(ClusterGrpc.getCheckReplicasMethod(), CheckReplicasRequest.getDefaultInstance());
    cluster.corrupt(cluster.node(1));
    var different = node.post("/v1/cluster/check", "");

    assertThat(equal.getEqual()).isTrue();
    assertThat(equal.getShardsCount()).isEqualTo(3);
    assertThat(equal.getCatalog().getReplicasList())
        .hasSize(3)
        .allMatch(replica -> replica.getHash().length() == 32)
        .filteredOn(replica -> replica.getLeader())
        .hasSize(1);
    assertThat(equal.getShards(0).getReplicasList())
        .allMatch(replica -> replica.getHash().length() == 32)
        .filteredOn(replica -> replica.getLeader())
        .hasSize(1);
    assertThat(different.field("equal")).isEqualTo("false");
    assertThat(different.body()).contains("ffffffffffffffffffffffffffffffff");
    // The last of the fields.
    assertThat(different.body()).containsPattern("\"catalog\".*\"f{32}\"");
  }

  @Test
  void checkIsNotEqualWhileAReplicaDoesNotAnswer() {
    cluster.stop(cluster.node(2));

    var check =
        node.call(ClusterGrpc.getCheckReplicasMethod(), CheckReplicasRequest.getDefaultInstance());

    assertThat(check.getEqual()).isFalse();
    assertThat(check.getShards(0).getReplicas(2).getError()).contains("down");
    assertThat(check.getCatalog().getReplicas(2).getError()).contains("down");
  }

  @Test
  void compactionBeginsOnEveryReplicaThatAnswers() {
    create("docs");
    var request = CompactCollectionRequest.newBuilder().setName("docs").build();

    var all = node.call(CollectionsGrpc.getCompactCollectionMethod(), request);
    var json = node.post("/v1/collections/docs/compact", "");
    cluster.stop(cluster.node(2));
    var some = node.call(CollectionsGrpc.getCompactCollectionMethod(), request);

    assertThat(all.getAccepted()).isTrue();
    assertThat(all.getShardsList()).hasSize(3);
    assertThat(all.getShards(0).getReplicas(0).getSegments()).isEqualTo(3);
    assertThat(all.getShards(0).getReplicas(0).getDeadRows()).isEqualTo(4);
    assertThat(json.field("accepted")).isEqualTo("true");
    assertThat(some.getAccepted()).isFalse();
    assertThat(some.getShards(0).getReplicas(2).getError()).contains("down");
    assertThat(node.post("/v1/collections/nowhere/compact", "").status()).isEqualTo(404);
  }

  @Test
  void shreddingNamesWhoIsOutstandingUntilNobodyIs() {
    create("docs");
    cluster.corrupt(cluster.node(1));
    cluster.stop(cluster.node(2));
    var asked = GetShredStatusRequest.newBuilder().setName("docs").build();

    var begun =
        node.call(
            CollectionsGrpc.getShredCollectionMethod(),
            ShredCollectionRequest.newBuilder().setName("docs").build());
    var json = node.get("/v1/collections/docs/shred");
    cluster.formedCatalog().endShreddings();
    var ended = node.call(CollectionsGrpc.getGetShredStatusMethod(), asked);

    assertThat(begun.getState()).isEqualTo(ShredStatus.State.SHREDDING);
    assertThat(begun.getNodesList())
        .extracting(ShredStatus.NodeErasure::getComplete)
        .containsExactly(true, false, false);
    var outstanding = begun.getNodes(1).getReplicas(1);
    assertThat(outstanding.getShard()).isEqualTo(1);
    assertThat(outstanding.getOutstandingList()).containsExactly("log: not purged yet");
    assertThat(begun.getNodes(1).getReplicas(0).hasShard()).isFalse();
    assertThat(begun.getNodes(2).getError()).contains("down");
    assertThat(begun.getNotesList()).isNotEmpty();
    assertThat(json.field("state")).isEqualTo("SHREDDING");
    assertThat(ended.getState()).isEqualTo(ShredStatus.State.SHREDDED);
    assertThat(ended.getId()).isEqualTo(begun.getId());
    assertThat(ended.getNodesList()).isEmpty();
    assertThat(node.get("/v1/collections/docs").status()).isEqualTo(404);
    create("docs");
  }

  @Test
  void shreddingOfWhatIsNotThereFindsNothing() {
    assertThat(node.post("/v1/collections/nowhere/shred", "").status()).isEqualTo(404);
    assertThat(node.get("/v1/collections/nowhere/shred").status()).isEqualTo(404);
  }

  @Test
  void verifyFindsFilesIntactOrNamesWhatIsWrongWhere() {
    create("docs");
    var request = VerifyCollectionRequest.newBuilder().setName("docs").build();

    var intact = node.call(CollectionsGrpc.getVerifyCollectionMethod(), request);
    cluster.corrupt(cluster.node(1));
    var damaged = node.call(CollectionsGrpc.getVerifyCollectionMethod(), request);
    var json = node.post("/v1/collections/docs/verify", "");
    cluster.stop(cluster.node(2));
    var unanswered = node.call(CollectionsGrpc.getVerifyCollectionMethod(), request);

    assertThat(intact.getIntact()).isTrue();
    assertThat(intact.getShardsList()).hasSize(3);
    assertThat(intact.getShards(0).getReplicas(0).getFiles()).isEqualTo(5);
    assertThat(damaged.getIntact()).isFalse();
    var replica = damaged.getShards(2).getReplicas(1);
    assertThat(replica.getDamageCount()).isEqualTo(150);
    assertThat(replica.getDamagesList()).hasSize(100);
    assertThat(replica.getDamages(0).getFile()).isEqualTo("gen-1/shard-2");
    assertThat(replica.getDamages(0).getPage()).isEqualTo(2);
    assertThat(json.field("intact")).isEqualTo("false");
    assertThat(json.body()).contains("\"what\":\"page checksum\"");
    assertThat(unanswered.getIntact()).isFalse();
    assertThat(unanswered.getShards(0).getReplicas(2).getError()).contains("down");
  }

  @Test
  void verifyTellsWhichRowsHaveAGraphAndTheDigestOfEach() {
    create("docs");
    var request = VerifyCollectionRequest.newBuilder().setName("docs").build();

    var byGrpc = node.call(CollectionsGrpc.getVerifyCollectionMethod(), request);
    var byJson = node.post("/v1/collections/docs/verify", "");

    var replica = byGrpc.getShards(0).getReplicas(0);
    assertThat(replica.getIndex()).isEqualTo(COVERAGE);
    assertThat(replica.getIndexesList())
        .containsExactly(
            VerifyCollectionResponse.IndexDigest.newBuilder()
                .setSegment(3)
                .setName("quiver.graph")
                .setFile("gen-1/idx-3")
                .setBytes(99)
                .setSha256("0f".repeat(32))
                .build());
    assertThat(byJson.body())
        .contains(
            "\"index\":" + COVERAGE_JSON,
            "\"indexes\":[{\"segment\":3,\"name\":\"quiver.graph\",\"file\":\"gen-1/idx-3\","
                + "\"bytes\":99,\"sha256\":\""
                + "0f".repeat(32)
                + "\"}]");
  }

  @Test
  void verifyOfACollectionThatIsAbsentFindsNone() {
    assertThat(node.post("/v1/collections/nowhere/verify", "").status()).isEqualTo(404);
  }

  @Test
  void transferMakesTheTargetLead() {
    String target = cluster.node(1).toString();

    node.call(
        ClusterGrpc.getTransferLeaderMethod(),
        TransferLeaderRequest.newBuilder().setShard(1).setNodeId(target).build());
    var json = node.post("/v1/cluster/transfer", "{\"shard\": 2, \"node_id\": \"" + target + "\"}");

    assertThat(json.status()).isEqualTo(200);
    assertThat(cluster.leader(1)).contains(cluster.node(1));
    assertThat(cluster.leader(2)).contains(cluster.node(1));
  }

  @Test
  void initFormsAClusterOnce() {
    var unformed = FakeCluster.unformed();
    try (var fresh = TestNode.over(unformed)) {
      var made =
          fresh.call(ClusterGrpc.getInitClusterMethod(), InitClusterRequest.getDefaultInstance());
      var again = fresh.post("/v1/cluster/init", "{}");

      assertThat(made.getNodes()).isEqualTo(3);
      assertThat(again.status()).isEqualTo(409);
      assertThat(again.field("detail")).contains(made.getClusterId());
    }
  }

  @Test
  void initNamesWhoIsMissing() {
    var unformed = FakeCluster.unformed();
    unformed.failForming(new ShardException.Unavailable("nodes: b:7071 missing (expected: all)"));
    try (var fresh = TestNode.over(unformed)) {
      var failure =
          fresh.failure(
              ClusterGrpc.getInitClusterMethod(), InitClusterRequest.getDefaultInstance());

      assertThat(failure.status()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(failure.detail().getMessage()).contains("b:7071 missing");
    }
  }

  // --- failures

  @Test
  void directCallsAreSentToTheLeadersAddress() {
    create("docs");
    for (int shard = 0; shard < 3; shard++) {
      cluster.lead(shard, cluster.node(1));
    }

    var byGrpc =
        node.failure(
            PointsGrpc.getGetMethod(),
            GetRequest.newBuilder().setCollection("docs").addIds("a").setDirect(true).build());
    var byJson =
        node.post(
            "/v1/collections/docs/points",
            "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2]}], \"options\": {\"direct\": true}}");

    assertThat(byGrpc.detail().getCode()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(byGrpc.detail().getLeaderAddress()).isEqualTo("node2:7070");
    assertThat(byGrpc.detail().getRetrySafe()).isTrue();
    assertThat(byJson.status()).isEqualTo(421);
    assertThat(byJson.field("leader_address")).isEqualTo("node2:7070");
  }

  @Test
  void busyShardTellsWhenToAskAgain() {
    create("docs");
    for (int shard = 0; shard < 3; shard++) {
      cluster
          .shard(shard)
          .onWrite(
              _ ->
                  Optional.of(
                      CompletableFuture.failedFuture(
                          new ShardException.Overloaded("shard: 4096 writes under way"))));
    }
    var request =
        UpsertRequest.newBuilder()
            .setCollection("docs")
            .addPoints(Point.newBuilder().setId("a").setVector(vector(1, 2)))
            .build();

    var byGrpc = node.failure(PointsGrpc.getUpsertMethod(), request);
    var byJson =
        node.post(
            "/v1/collections/docs/points", "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2]}]}");

    assertThat(byGrpc.detail().getCode()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
    assertThat(byGrpc.detail().getRetrySafe()).isTrue();
    assertThat(byGrpc.detail().getRetryAfterMillis()).isEqualTo(100);
    assertThat(byJson.status()).isEqualTo(429);
    assertThat(byJson.field("retry_after_millis")).isEqualTo("100");
    assertThat(byJson.headers().firstValue("retry-after")).contains("1");
  }

  @Test
  void partsThatFailedAreNamedBesideThoseThatDidNot() {
    create("docs");
    cluster
        .shard(1)
        .onWrite(
            _ ->
                Optional.of(
                    CompletableFuture.failedFuture(new ShardException.OutcomeUnknown("lost"))));
    var request = UpsertRequest.newBuilder().setCollection("docs");
    for (int number = 0; number < 20; number++) {
      request.addPoints(Point.newBuilder().setId("p" + number).setVector(vector(1, 2)));
    }

    var parts = node.call(PointsGrpc.getUpsertMethod(), request.build()).getPartsList();

    assertThat(parts).extracting(WritePart::hasApplied).containsExactly(true, false, true);
    assertThat(parts.get(1).getError().getCode()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    assertThat(parts.get(1).getPointsCount()).isPositive();
  }

  @Test
  void writeWhoseFateIsUnknownNamesItsRequestId() {
    create("docs");
    for (int shard = 0; shard < 3; shard++) {
      cluster.shard(shard).onWrite(_ -> Optional.of(new CompletableFuture<>()));
    }
    var request =
        UpsertRequest.newBuilder()
            .setCollection("docs")
            .addPoints(Point.newBuilder().setId("a").setVector(vector(1, 2)))
            .build();

    try (var hasty = TestNode.over(cluster, Limits.STANDARD, Duration.ofMillis(200))) {
      var byGrpc = hasty.failure(PointsGrpc.getUpsertMethod(), request);
      var byJson =
          hasty.post(
              "/v1/collections/docs/points", "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2]}]}");

      assertThat(byGrpc.status()).isEqualTo(Status.Code.UNKNOWN);
      assertThat(byGrpc.detail().getCode()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
      assertThat(byGrpc.detail().getRequestId()).hasSize(36);
      assertThat(byJson.status()).isEqualTo(504);
      assertThat(byJson.field("request_id")).hasSize(36);
    }
  }

  @Test
  void callsThatOutlastTheServersPatienceSayWhatMayHaveHappened() throws InterruptedException {
    create("docs");
    var goOn = new CountDownLatch(1);
    String[] soon = {"grpc-timeout", "1m"};

    try (var stuck = TestNode.over(new StuckCluster(cluster, goOn))) {
      var write =
          stuck.send(
              "POST",
              "/v1/collections/docs/points",
              "{\"points\": [{\"id\": \"a\", \"vector\": [1, 2]}]}",
              soon);
      var read = stuck.send("POST", "/v1/collections/docs/points/count", "{}", soon);

      assertThat(write.status()).isEqualTo(504);
      assertThat(write.field("code")).isEqualTo("OUTCOME_UNKNOWN");
      assertThat(write.field("trace_id")).hasSize(32);
      assertThat(read.status()).isEqualTo(504);
      assertThat(read.field("code")).isEqualTo("DEADLINE_EXCEEDED");
    } finally {
      goOn.countDown();
    }
  }

  @Test
  void readWithoutAnswerExceedsItsDeadline() {
    create("docs");
    cluster.shard(0).onRead(() -> Optional.of(new CompletableFuture<>()));

    try (var hasty = TestNode.over(cluster, Limits.STANDARD, Duration.ofMillis(200))) {
      var byGrpc =
          hasty.failure(
              PointsGrpc.getCountMethod(), CountRequest.newBuilder().setCollection("docs").build());
      var byJson = hasty.post("/v1/collections/docs/points/count", "{}");

      assertThat(byGrpc.detail().getCode()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
      assertThat(byJson.status()).isEqualTo(504);
      assertThat(byJson.field("code")).isEqualTo("DEADLINE_EXCEEDED");
    }
  }

  @Test
  void clientsOwnDeadlineIsKept() {
    create("docs");
    cluster.shard(0).onRead(() -> Optional.of(new CompletableFuture<>()));

    var failure =
        node.failure(
            PointsGrpc.getCountMethod(),
            CountRequest.newBuilder().setCollection("docs").build(),
            CallOptions.DEFAULT.withDeadlineAfter(200, TimeUnit.MILLISECONDS));

    assertThat(failure.status()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void searchThatItsCallerGaveUpIsStopped() {
    create("docs");
    var byGrpc = stuckSearch();
    var call =
        ClientCalls.futureUnaryCall(
            node.channel()
                .newCall(
                    SearchGrpc.getSearchMethod(),
                    CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS)),
            SearchRequest.newBuilder()
                .setCollection("docs")
                .setVector(vector(1, 2))
                .setK(1)
                .build());
    byGrpc.asked.join();
    assertThat(call.cancel(true)).isTrue();
    byGrpc.assertCancelled();

    var byRest = stuckSearch();
    node.postAndGiveUp("/v1/collections/docs/search", "{\"vector\":[1,2],\"k\":1}", byRest.asked);
    byRest.assertCancelled();
  }

  private record StuckSearch(CompletableFuture<Void> asked, CompletableFuture<?> answer) {
    void assertCancelled() {
      assertThatThrownBy(() -> answer.get(5, TimeUnit.MINUTES))
          .isInstanceOf(CancellationException.class);
    }
  }

  /// The next read of a shard.
  private StuckSearch stuckSearch() {
    var search = new StuckSearch(new CompletableFuture<>(), new CompletableFuture<>());
    cluster
        .shard(0)
        .onRead(
            () -> {
              boolean _ = search.asked.complete(null);
              return Optional.of(search.answer);
            });
    return search;
  }

  @Test
  void readWhoseTimeIsUpReachesNoShard() {
    create("docs");
    var search = stuckSearch();

    var late =
        node.send(
            "POST",
            "/v1/collections/docs/search",
            "{\"vector\":[1,2],\"k\":1}",
            "grpc-timeout",
            "1n");

    assertThat(late.status()).isEqualTo(504);
    assertThat(late.field("code")).isEqualTo("DEADLINE_EXCEEDED");
    assertThat(search.asked).isNotDone();
  }

  @Test
  void unexpectedFailureShowsATraceIdAndNothingElse() {
    create("docs");
    cluster
        .shard(0)
        .onRead(
            () ->
                Optional.of(
                    CompletableFuture.failedFuture(new IllegalStateException("/secret/path"))));

    var byJson =
        node.send(
            "POST",
            "/v1/collections/docs/points/count",
            "{}",
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    assertThat(byJson.status()).isEqualTo(500);
    assertThat(byJson.field("trace_id")).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(byJson.body()).doesNotContain("secret").doesNotContain("Exception");
  }

  @Test
  void answerThatIsTooLargeIsRefusedNotCut() {
    create("docs");
    upsert(
        Point.newBuilder()
            .setId("a")
            .setVector(vector(1, 2))
            .setPayload(ByteString.copyFromUtf8("\"" + "x".repeat(5_000) + "\"")));
    var small =
        new Limits(8192, 65_536, 512, 10_000, 16 << 20, 4_096, 1 << 20, Duration.ofMinutes(1));

    try (var limited = TestNode.over(cluster, small, Duration.ofSeconds(30))) {
      var byJson = limited.post("/v1/collections/docs/points/get", "{\"ids\": [\"a\"]}");

      assertThat(byJson.status()).isEqualTo(429);
      assertThat(byJson.field("reason")).isEqualTo("response_too_large");
      assertThat(byJson.field("retry_safe")).isEqualTo("false");
    }
  }

  @Test
  void searchesThatMayNeedAllMemoryOfAnswersGoOneByOne() throws Exception {
    create("docs");
    var underWay = new AtomicInteger();
    var most = new AtomicInteger();
    cluster
        .shard(0)
        .onRead(
            () -> {
              int _ = most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
              return Optional.of(
                  CompletableFuture.supplyAsync(
                      () -> {
                        int _ = underWay.decrementAndGet();
                        return new ReadResult<>(List.<Hit>of(), new Position(1, 1, 1));
                      },
                      CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS)));
            });
    var little =
        new Limits(8192, 65_536, 512, 10_000, 16 << 20, 64 << 20, 1 << 20, Duration.ofMinutes(1));

    try (var limited = TestNode.over(cluster, little, Duration.ofMinutes(2));
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          IntStream.range(0, 200)
              .mapToObj(
                  _ ->
                      callers.submit(
                          () ->
                              limited.post(
                                  "/v1/collections/docs/search",
                                  "{\"vector\": [1, 2], \"k\": 10000}")))
              .toList();
      for (var answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    assertThat(most).hasValue(1);
  }

  @Test
  void stoppingNodeRefusesCallsAndSaysSo() {
    node.server().stopAccepting();

    assertThat(node.get("/v1/collections").field("reason")).isEqualTo("stopping");
    assertThat(node.get("/readyz").body()).contains("stopping");
    assertThat(node.get("/healthz").status()).isEqualTo(200);
  }

  @Test
  void readinessTellsItsReasons() {
    var ready = node.get("/readyz");
    cluster.becomeUnready("shard 1: no leader", "shard 2: behind by 7 entries");
    var unready = node.get("/readyz");

    assertThat(ready.status()).isEqualTo(200);
    assertThat(ready.body()).isEqualTo("{\"ready\":true,\"reasons\":[]}");
    assertThat(unready.status()).isEqualTo(503);
    assertThat(unready.body())
        .isEqualTo(
            "{\"ready\":false,\"reasons\":[\"shard 1: no leader\",\"shard 2: behind by 7"
                + " entries\"]}");
  }

  // --- what tests are made of

  private Collection create(String name) {
    return node.call(
        CollectionsGrpc.getCreateCollectionMethod(),
        CreateCollectionRequest.newBuilder().setName(name).setDimension(2).build());
  }

  private void upsert(Point.Builder point) {
    node.call(
        PointsGrpc.getUpsertMethod(),
        UpsertRequest.newBuilder().setCollection("docs").addPoints(point).build());
  }

  private io.quiverdb.api.v1.GetResponse get(String... ids) {
    return node.call(
        PointsGrpc.getGetMethod(),
        GetRequest.newBuilder().setCollection("docs").addAllIds(List.of(ids)).build());
  }

  private String count(String body) {
    return node.post("/v1/collections/docs/points/count", body).field("count");
  }

  private static PointResult result(List<WritePart> parts, int point) {
    return parts.stream()
        .filter(part -> part.getPointsList().contains(point))
        .map(part -> part.getApplied().getResults(part.getPointsList().indexOf(point)))
        .findFirst()
        .orElseThrow();
  }

  private static Vector vector(float... values) {
    var vector = Vector.newBuilder();
    for (float value : values) {
      vector.addValues(value);
    }
    return vector.build();
  }

  private void createDocs() {
    assertThat(node.put("/v1/collections/docs", "{\"dimension\": 2}").status()).isEqualTo(200);
  }
}
