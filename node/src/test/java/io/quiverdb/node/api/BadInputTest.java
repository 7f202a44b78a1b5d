package io.quiverdb.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.CollectionsGrpc;
import io.quiverdb.api.v1.CountRequest;
import io.quiverdb.api.v1.CreateCollectionRequest;
import io.quiverdb.api.v1.DeleteRequest;
import io.quiverdb.api.v1.DropCollectionRequest;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.Filter;
import io.quiverdb.api.v1.GetCollectionRequest;
import io.quiverdb.api.v1.GetRequest;
import io.quiverdb.api.v1.InitClusterRequest;
import io.quiverdb.api.v1.Point;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.ScanRequest;
import io.quiverdb.api.v1.SearchBatchRequest;
import io.quiverdb.api.v1.SearchGrpc;
import io.quiverdb.api.v1.SearchRequest;
import io.quiverdb.api.v1.SetFeatureLevelRequest;
import io.quiverdb.api.v1.TransferLeaderRequest;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.api.v1.Vector;
import io.quiverdb.api.v1.WriteOptions;
import io.quiverdb.node.testing.FakeCluster;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every bad input that concerns a node is refused through both doors alike, and changes nothing.
class BadInputTest {
  private static final String LONG_ID = "x".repeat(600);
  private static final String LONG_PAYLOAD = "\"" + "x".repeat(65_536) + "\"";

  private final FakeCluster cluster = FakeCluster.formed(3);
  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.over(cluster);
    node.put("/v1/collections/docs", "{\"dimension\": 2}");
    node.post("/v1/collections/docs/points", "{\"points\": [{\"id\": \"a\", \"vector\": [1, 0]}]}");
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  /// @param path and body are the same request over REST
  record Bad(
      String name,
      MethodDescriptor<?, ?> method,
      Message request,
      String httpMethod,
      String path,
      String body,
      ErrorCode code,
      Status.Code grpcStatus,
      int httpStatus,
      String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Bad> badInputs() {
    return Stream.of(
        upsert(
            "wrong dimension",
            point("b", vector(1, 2, 3)),
            "{\"id\": \"b\", \"vector\": [1, 2, 3]}",
            "points[0].vector: 3 values (expected: 2)"),
        upsert(
            "no vector",
            Point.newBuilder().setId("b").build(),
            "{\"id\": \"b\"}",
            "points[0].vector: 0 values (expected: 2)"),
        upsert(
            "NaN",
            point("b", vector(1, Float.NaN)),
            "{\"id\": \"b\", \"vector\": [1, NaN]}",
            "points[0].vector: NaN at 1 (expected: a finite number)"),
        upsert(
            "infinity",
            point("b", vector(Float.POSITIVE_INFINITY, 1)),
            "{\"id\": \"b\", \"vector\": [Infinity, 1]}",
            "points[0].vector: Infinity at 0 (expected: a finite number)"),
        upsert(
            "number too large for a float",
            point("b", vector(Float.POSITIVE_INFINITY, 1)),
            "{\"id\": \"b\", \"vector\": [1e39, 1]}",
            "points[0].vector: Infinity at 0 (expected: a finite number)"),
        upsert(
            "empty id",
            point("", vector(1, 2)),
            "{\"id\": \"\", \"vector\": [1, 2]}",
            "points[0].id: 0 bytes (expected: 1 to 512 bytes of UTF-8)"),
        upsert(
            "id of 600 bytes",
            point(LONG_ID, vector(1, 2)),
            "{\"id\": \"" + LONG_ID + "\", \"vector\": [1, 2]}",
            "points[0].id: 600 bytes (expected: 1 to 512 bytes of UTF-8)"),
        upsert(
            "payload of more than 64 KiB",
            point("b", vector(1, 2)).toBuilder()
                .setPayload(ByteString.copyFromUtf8(LONG_PAYLOAD))
                .build(),
            "{\"id\": \"b\", \"vector\": [1, 2], \"payload\": " + LONG_PAYLOAD + "}",
            "points[0].payload: 65538 bytes (expected: at most 65536)"),
        new Bad(
            "payload that is not JSON",
            PointsGrpc.getUpsertMethod(),
            upsertRequest(
                point("b", vector(1, 2)).toBuilder()
                    .setPayload(ByteString.copyFromUtf8("{\"a\": }"))
                    .build()),
            "POST",
            "/v1/collections/docs/points",
            "{\"points\": [{\"id\": \"b\", \"vector\": [1, 2], \"payload\": {\"a\": }}]}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "not JSON, at byte"),
        new Bad(
            "no points",
            PointsGrpc.getUpsertMethod(),
            UpsertRequest.newBuilder().setCollection("docs").build(),
            "POST",
            "/v1/collections/docs/points",
            "{}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "points: none (expected: at least one)"),
        new Bad(
            "request id that is no UUID",
            PointsGrpc.getUpsertMethod(),
            upsertRequest(point("b", vector(1, 2))).toBuilder()
                .setOptions(WriteOptions.newBuilder().setRequestId("7"))
                .build(),
            "POST",
            "/v1/collections/docs/points",
            "{\"points\": [{\"id\": \"b\", \"vector\": [1, 2]}], \"options\": {\"request_id\":"
                + " \"7\"}}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "request_id: \"7\" (expected: a UUID)"),
        unknownCollection(
            "upsert",
            PointsGrpc.getUpsertMethod(),
            upsertRequest(point("b", vector(1, 2))).toBuilder().setCollection("nothing").build(),
            "POST",
            "/points",
            "{\"points\": [{\"id\": \"b\", \"vector\": [1, 2]}]}"),
        unknownCollection(
            "get of points",
            PointsGrpc.getGetMethod(),
            GetRequest.newBuilder().setCollection("nothing").addIds("a").build(),
            "POST",
            "/points/get",
            "{\"ids\": [\"a\"]}"),
        unknownCollection(
            "scan",
            PointsGrpc.getScanMethod(),
            ScanRequest.newBuilder().setCollection("nothing").build(),
            "POST",
            "/points/scan",
            "{}"),
        unknownCollection(
            "count",
            PointsGrpc.getCountMethod(),
            CountRequest.newBuilder().setCollection("nothing").build(),
            "POST",
            "/points/count",
            "{}"),
        unknownCollection(
            "search",
            SearchGrpc.getSearchMethod(),
            SearchRequest.newBuilder()
                .setCollection("nothing")
                .setK(1)
                .setVector(vector(1, 0))
                .build(),
            "POST",
            "/search",
            "{\"k\": 1, \"vector\": [1, 0]}"),
        unknownCollection(
            "get",
            CollectionsGrpc.getGetCollectionMethod(),
            GetCollectionRequest.newBuilder().setName("nothing").build(),
            "GET",
            "",
            ""),
        unknownCollection(
            "drop",
            CollectionsGrpc.getDropCollectionMethod(),
            DropCollectionRequest.newBuilder().setName("nothing").build(),
            "DELETE",
            "",
            ""),
        new Bad(
            "get of an empty id",
            PointsGrpc.getGetMethod(),
            GetRequest.newBuilder().setCollection("docs").addIds("a").addIds("").build(),
            "POST",
            "/v1/collections/docs/points/get",
            "{\"ids\": [\"a\", \"\"]}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "ids[1]: id: 0 bytes (expected: 1 to 512 bytes of UTF-8)"),
        unknownCollection(
            "delete",
            PointsGrpc.getDeleteMethod(),
            DeleteRequest.newBuilder().setCollection("nothing").addIds("a").build(),
            "POST",
            "/points/delete",
            "{\"ids\": [\"a\"]}"),
        new Bad(
            "malformed cursor",
            PointsGrpc.getScanMethod(),
            ScanRequest.newBuilder().setCollection("docs").setCursor("!").build(),
            "POST",
            "/v1/collections/docs/points/scan",
            "{\"cursor\": \"!\"}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "cursor: malformed (expected: next_cursor of an earlier page)"),
        new Bad(
            "page of too many points",
            PointsGrpc.getScanMethod(),
            ScanRequest.newBuilder().setCollection("docs").setLimit(10_001).build(),
            "POST",
            "/v1/collections/docs/points/scan",
            "{\"limit\": 10001}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "limit: 10001 (expected: 0 to 10000)"),
        new Bad(
            "filter without a field",
            PointsGrpc.getCountMethod(),
            CountRequest.newBuilder()
                .setCollection("docs")
                .setFilter(
                    Filter.newBuilder()
                        .setEq(
                            Filter.Eq.newBuilder()
                                .setValue(Filter.Value.newBuilder().setText("x"))))
                .build(),
            "POST",
            "/v1/collections/docs/points/count",
            "{\"filter\": {\"eq\": \"x\"}}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "filter.field: \"\" (expected: names separated by dots)"),
        new Bad(
            "filter whose range has no bound of one kind",
            PointsGrpc.getCountMethod(),
            CountRequest.newBuilder()
                .setCollection("docs")
                .setFilter(
                    Filter.newBuilder()
                        .setRange(
                            Filter.Range.newBuilder()
                                .setField("n")
                                .setGt(Filter.Value.newBuilder().setWhole(1))
                                .setLt(Filter.Value.newBuilder().setText("z"))))
                .build(),
            "POST",
            "/v1/collections/docs/points/count",
            "{\"filter\": {\"field\": \"n\", \"gt\": 1, \"lt\": \"z\"}}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "filter.range: a number and text (expected: two numbers or two texts)"),
        new Bad(
            "filter of no conditions",
            PointsGrpc.getScanMethod(),
            ScanRequest.newBuilder()
                .setCollection("docs")
                .setFilter(Filter.newBuilder().setAnd(Filter.Conditions.getDefaultInstance()))
                .build(),
            "POST",
            "/v1/collections/docs/points/scan",
            "{\"filter\": {\"and\": []}}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "filter.and: no conditions (expected: at least one)"),
        badSearch(
            "ef of 0",
            SearchRequest.newBuilder().setK(1).setVector(vector(1, 0)).setEf(0),
            "{\"k\": 1, \"vector\": [1, 0], \"ef\": 0}",
            "ef: 0 (expected: 1 to 10000)"),
        badSearch(
            "ef beyond the limit",
            SearchRequest.newBuilder().setK(1).setVector(vector(1, 0)).setEf(-1),
            "{\"k\": 1, \"vector\": [1, 0], \"ef\": 4294967295}",
            "ef: 4294967295 (expected: 1 to 10000)"),
        badSearch(
            "threshold that is no number",
            SearchRequest.newBuilder()
                .setK(1)
                .setVector(vector(1, 0))
                .setScoreThreshold(Float.POSITIVE_INFINITY),
            "{\"k\": 1, \"vector\": [1, 0], \"score_threshold\": 1e99}",
            "score_threshold: Infinity (expected: a finite number)"),
        badBatch(
            "no searches",
            SearchBatchRequest.newBuilder(),
            "{}",
            "searches: 0 (expected: 1 to 100)"),
        badBatch(
            "batch with a search of no hits",
            SearchBatchRequest.newBuilder()
                .addSearches(SearchRequest.newBuilder().setK(1).setVector(vector(1, 0)))
                .addSearches(SearchRequest.newBuilder().setVector(vector(1, 0))),
            "{\"searches\": [{\"k\": 1, \"vector\": [1, 0]}, {\"vector\": [1, 0]}]}",
            "searches[1]: k: 0 (expected: 1 to 10000)"),
        badBatch(
            "batch with a search of another collection",
            SearchBatchRequest.newBuilder()
                .addSearches(
                    SearchRequest.newBuilder()
                        .setCollection("other")
                        .setK(1)
                        .setVector(vector(1, 0))),
            "{\"searches\": [{\"collection\": \"other\", \"k\": 1, \"vector\": [1, 0]}]}",
            "searches[0]: collection: \"other\" (expected: \"docs\" or none)"),
        badBatch(
            "batch with a vector of another dimension",
            SearchBatchRequest.newBuilder()
                .addSearches(SearchRequest.newBuilder().setK(1).setVector(vector(1, 0, 3))),
            "{\"searches\": [{\"k\": 1, \"vector\": [1, 0, 3]}]}",
            "searches[0]: vector: 3 values (expected: 2)"),
        search(
            "k = 0",
            0,
            vector(1, 0),
            "{\"k\": 0, \"vector\": [1, 0]}",
            "k: 0 (expected: 1 to 10000)"),
        search(
            "k = 10,001",
            10_001,
            vector(1, 0),
            "{\"k\": 10001, \"vector\": [1, 0]}",
            "k: 10001 (expected: 1 to 10000)"),
        search(
            "query of wrong dimension",
            1,
            vector(1),
            "{\"k\": 1, \"vector\": [1]}",
            "vector: 1 values (expected: 2)"),
        create(
            "dimension 0",
            CreateCollectionRequest.newBuilder().setName("new").build(),
            "{}",
            "dimension: 0 (expected: 1 to 8192)"),
        create(
            "dimension 8193",
            CreateCollectionRequest.newBuilder().setName("new").setDimension(8193).build(),
            "{\"dimension\": 8193}",
            "dimension: 8193 (expected: 1 to 8192)"),
        new Bad(
            "bad name",
            CollectionsGrpc.getCreateCollectionMethod(),
            CreateCollectionRequest.newBuilder().setName(".new").setDimension(2).build(),
            "PUT",
            "/v1/collections/.new",
            "{\"dimension\": 2}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "name: \".new\" (expected: 1 to 128 ASCII letters, digits, '_', '-' and '.', no '.'"
                + " first)"),
        new Bad(
            "duplicate create",
            CollectionsGrpc.getCreateCollectionMethod(),
            CreateCollectionRequest.newBuilder().setName("docs").setDimension(2).build(),
            "PUT",
            "/v1/collections/docs",
            "{\"dimension\": 2}",
            ErrorCode.ALREADY_EXISTS,
            Status.Code.ALREADY_EXISTS,
            409,
            "name: \"docs\" exists (expected: an unused name)"),
        new Bad(
            "second init",
            ClusterGrpc.getInitClusterMethod(),
            InitClusterRequest.getDefaultInstance(),
            "POST",
            "/v1/cluster/init",
            "{}",
            ErrorCode.ALREADY_EXISTS,
            Status.Code.ALREADY_EXISTS,
            409,
            "cluster: formed as 00000000-0000-0007-0000-000000000007"
                + " (expected: none; a cluster is formed once)"),
        new Bad(
            "feature level that falls",
            ClusterGrpc.getSetFeatureLevelMethod(),
            SetFeatureLevelRequest.getDefaultInstance(),
            "POST",
            "/v1/cluster/feature-level",
            "{}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "feature_level: 0 (expected: at least 1, the cluster's; it never falls)"),
        new Bad(
            "transfer of an unknown shard",
            ClusterGrpc.getTransferLeaderMethod(),
            TransferLeaderRequest.newBuilder().setShard(7).build(),
            "POST",
            "/v1/cluster/transfer",
            "{\"shard\": 7}",
            ErrorCode.INVALID_ARGUMENT,
            Status.Code.INVALID_ARGUMENT,
            400,
            "shard: 7 (expected: 0 to 2)"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void bothDoorsRefuseAlikeAndChangeNothing(Bad bad) {
    long before = cluster.points();

    var grpc = node.failure(bad.method(), bad.request());
    var http = node.send(bad.httpMethod(), bad.path(), bad.body());

    assertThat(grpc.status()).isEqualTo(bad.grpcStatus());
    assertThat(grpc.detail().getCode()).isEqualTo(bad.code());
    assertThat(grpc.detail().getMessage()).contains(bad.message());
    assertThat(grpc.detail().getTraceId()).hasSize(32);
    assertThat(http.status()).isEqualTo(bad.httpStatus());
    assertThat(http.contentType()).startsWith("application/problem+json");
    assertThat(http.field("code")).isEqualTo(bad.code().name());
    assertThat(http.field("detail")).contains(bad.message());
    assertThat(http.field("trace_id")).hasSize(32);
    assertThat(cluster.points()).isEqualTo(before);
  }

  @Test
  void unknownFieldIsRefusedByName() {
    var http =
        node.post(
            "/v1/collections/docs/points", "{\"points\": [{\"id\": \"b\", \"vectr\": [1, 2]}]}");

    assertThat(http.status()).isEqualTo(400);
    assertThat(http.field("detail"))
        .isEqualTo("points[0].vectr: unknown field (expected: id, vector, payload, precondition)");
  }

  private String filterRefusal(String filter) {
    return node.post("/v1/collections/docs/points/count", "{\"filter\": " + filter + "}")
        .field("detail");
  }

  @Test
  void wrongTypesAreNamedWithTheirPlace() {
    assertThat(node.post("/v1/collections/docs/search", "{\"k\": \"ten\"}").field("detail"))
        .isEqualTo("k: \"ten\" (expected: a whole number, 0 to 4294967295)");
    assertThat(node.post("/v1/collections/docs/search", "{\"k\": -1}").field("detail"))
        .isEqualTo("k: -1 (expected: a whole number, 0 to 4294967295)");
    assertThat(
            node.post("/v1/collections/docs/search", "{\"score_threshold\": true}").field("detail"))
        .isEqualTo("score_threshold: true (expected: a number)");
    assertThat(node.post("/v1/collections/docs/search", "{\"vector\": [1, \"x\"]}").field("detail"))
        .isEqualTo("vector[1]: \"x\" (expected: a number)");
    assertThat(node.put("/v1/collections/new", "{\"metric\": \"cosine\"}").field("detail"))
        .isEqualTo("metric: \"cosine\" (expected: L2_SQUARED, COSINE, DOT)");
    assertThat(
            node.post(
                    "/v1/collections/docs/points/count",
                    "{\"filter\": {\"field\": \"a\", \"eq\": [1]}}")
                .field("detail"))
        .isEqualTo("filter.eq: an array (expected: text, a number, or true or false)");
    assertThat(filterRefusal("{\"and\": [{\"field\": \"a\", \"gt\": null}]}"))
        .isEqualTo("filter.and[0].gt: null (expected: text, a number, or true or false)");
    assertThat(filterRefusal("{\"field\": \"a\", \"eq\": 1, \"gt\": 1}"))
        .isEqualTo(
            "filter: eq, field, gt (expected: a field with eq, in, exists or bounds;"
                + " or one of and, or, not alone)");
    assertThat(filterRefusal("{\"field\": \"a\", \"gt\": 1, \"gte\": 1}"))
        .isEqualTo("filter: gt and gte (expected: one of them)");
    assertThat(filterRefusal("{\"not\": {\"field\": \"a\", \"like\": 1}}"))
        .isEqualTo(
            "filter.not.like: unknown field"
                + " (expected: field, eq, in, gt, gte, lt, lte, exists, and, or, not)");
    assertThat(filterRefusal("{\"not\": ".repeat(32) + "{}" + "}".repeat(32)))
        .isEqualTo("filter: over 32 levels (expected: at most 32)");
    assertThat(filterRefusal("{\"field\": \"a\", \"eq\": 1e400}"))
        .isEqualTo("filter.value: Infinity (expected: a finite number)");
    assertThat(node.post("/v1/collections/docs/search", "[]").field("detail"))
        .isEqualTo("request: an array (expected: an object)");
    assertThat(node.post("/v1/collections/docs/search", "{\"k\": 1} x").field("detail"))
        .startsWith("request: not JSON, at byte");
    assertThat(node.post("/v1/collections/docs/search", "{\"k\": 1, \"k\": 2}").field("detail"))
        .isEqualTo("k: twice (expected: once)");
    assertThat(node.send("GET", "/v1/collections?limit=7", "").field("detail"))
        .isEqualTo("query: \"limit=7\" (expected: none; fields go into the body)");
    assertThat(
            node.post("/v1/collections/docs/search", "{\"collection\": \"other\"}").field("detail"))
        .isEqualTo("collection: \"other\" (expected: \"docs\", as in the path)");
  }

  @Test
  void batchOf20MegabytesIsRefusedThroughBothDoors() {
    var request = UpsertRequest.newBuilder().setCollection("docs");
    var json = new StringBuilder("{\"points\": [");
    String payload = "\"" + "x".repeat(60_000) + "\"";
    for (int number = 0; number < 340; number++) {
      request.addPoints(
          point("p" + number, vector(1, 2)).toBuilder()
              .setPayload(ByteString.copyFromUtf8(payload)));
      json.append(number == 0 ? "" : ",")
          .append(
              "{\"id\": \"p" + number + "\", \"vector\": [1, 2], \"payload\": " + payload + "}");
    }
    json.append("]}");

    var grpc = node.failure(PointsGrpc.getUpsertMethod(), request.build());
    var http = node.post("/v1/collections/docs/points", json.toString());

    assertThat(grpc.status()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(grpc.detail().getCode()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
    assertThat(grpc.detail().getReason()).isEqualTo("request_too_large");
    assertThat(grpc.detail().getRetrySafe()).isFalse();
    assertThat(grpc.detail().getMessage()).contains("(expected: at most 16777216)");
    assertThat(http.status()).isEqualTo(413);
    assertThat(http.field("code")).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(http.field("detail")).contains("(expected: at most 16777216)");
    assertThat(cluster.points()).isEqualTo(1);
  }

  @Test
  void messageThatIsNotEvenReadIsStillRefusedByType() {
    var huge =
        point("b", vector(1, 2)).toBuilder().setPayload(ByteString.copyFrom(new byte[40 << 20]));

    var grpc = node.failure(PointsGrpc.getUpsertMethod(), upsertRequest(huge.build()));

    assertThat(grpc.status()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(grpc.detail().getReason()).isEqualTo("request_too_large");
  }

  @Test
  void unknownPathIsAProblemDocument() {
    var http = node.send("GET", "/v1/nothing", "");

    assertThat(http.status()).isEqualTo(404);
    assertThat(http.contentType()).startsWith("application/problem+json");
    assertThat(http.field("detail")).isEqualTo("path: unknown (expected: one of the contract's)");
  }

  @Test
  void methodThatAPathDoesNotHaveIsAProblemDocument() {
    var http = node.send("DELETE", "/v1/cluster/status", "");

    assertThat(http.status()).isEqualTo(405);
    assertThat(http.field("code")).isEqualTo("INVALID_ARGUMENT");
  }

  @Test
  void writesWithoutAClusterSayHowToFormOne() {
    try (var alone = TestNode.over(FakeCluster.unformed())) {
      var grpc =
          alone.failure(PointsGrpc.getUpsertMethod(), upsertRequest(point("b", vector(1, 2))));
      var http =
          alone.post(
              "/v1/collections/docs/points", "{\"points\": [{\"id\": \"b\", \"vector\": [1, 2]}]}");

      assertThat(grpc.status()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(grpc.detail().getReason()).isEqualTo("not_formed");
      assertThat(grpc.detail().getMessage())
          .startsWith("cluster: not formed (expected: `quiver cluster init`");
      assertThat(http.status()).isEqualTo(503);
      assertThat(http.field("reason")).isEqualTo("not_formed");
    }
  }

  @Test
  void nodeThatDoesNotKnowItsClusterYetAsksForNoInit() {
    var claimed = FakeCluster.unformed();
    claimed.claim();
    try (var starting = TestNode.over(claimed)) {
      var grpc =
          starting.failure(PointsGrpc.getUpsertMethod(), upsertRequest(point("b", vector(1, 2))));

      assertThat(grpc.status()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(grpc.detail().getReason()).isEmpty();
      assertThat(grpc.detail().getMessage()).startsWith("cluster: not known to this node yet");
    }
  }

  // --- what tests are made of

  private static Bad upsert(String name, Point point, String json, String message) {
    return new Bad(
        name,
        PointsGrpc.getUpsertMethod(),
        upsertRequest(point),
        "POST",
        "/v1/collections/docs/points",
        "{\"points\": [" + json + "]}",
        ErrorCode.INVALID_ARGUMENT,
        Status.Code.INVALID_ARGUMENT,
        400,
        message);
  }

  private static Bad badSearch(
      String name, SearchRequest.Builder search, String json, String message) {
    return new Bad(
        name,
        SearchGrpc.getSearchMethod(),
        search.setCollection("docs").build(),
        "POST",
        "/v1/collections/docs/search",
        json,
        ErrorCode.INVALID_ARGUMENT,
        Status.Code.INVALID_ARGUMENT,
        400,
        message);
  }

  private static Bad badBatch(
      String name, SearchBatchRequest.Builder batch, String json, String message) {
    return new Bad(
        name,
        SearchGrpc.getSearchBatchMethod(),
        batch.setCollection("docs").build(),
        "POST",
        "/v1/collections/docs/search/batch",
        json,
        ErrorCode.INVALID_ARGUMENT,
        Status.Code.INVALID_ARGUMENT,
        400,
        message);
  }

  private static Bad search(String name, int k, Vector vector, String json, String message) {
    return new Bad(
        name,
        SearchGrpc.getSearchMethod(),
        SearchRequest.newBuilder().setCollection("docs").setK(k).setVector(vector).build(),
        "POST",
        "/v1/collections/docs/search",
        json,
        ErrorCode.INVALID_ARGUMENT,
        Status.Code.INVALID_ARGUMENT,
        400,
        message);
  }

  private static Bad unknownCollection(
      String call,
      MethodDescriptor<?, ?> method,
      Message request,
      String httpMethod,
      String path,
      String json) {
    return new Bad(
        call + ": unknown collection",
        method,
        request,
        httpMethod,
        "/v1/collections/nothing" + path,
        json,
        ErrorCode.NOT_FOUND,
        Status.Code.NOT_FOUND,
        404,
        "collection: \"nothing\" does not exist (expected: one that was created)");
  }

  private static Bad create(
      String name, CreateCollectionRequest request, String json, String message) {
    return new Bad(
        name,
        CollectionsGrpc.getCreateCollectionMethod(),
        request,
        "PUT",
        "/v1/collections/new",
        json,
        ErrorCode.INVALID_ARGUMENT,
        Status.Code.INVALID_ARGUMENT,
        400,
        message);
  }

  private static UpsertRequest upsertRequest(Point point) {
    return UpsertRequest.newBuilder().setCollection("docs").addPoints(point).build();
  }

  private static Point point(String id, Vector vector) {
    return Point.newBuilder().setId(id).setVector(vector).build();
  }

  private static Vector vector(float... values) {
    var vector = Vector.newBuilder();
    for (float value : values) {
      vector.addValues(value);
    }
    return vector.build();
  }
}
