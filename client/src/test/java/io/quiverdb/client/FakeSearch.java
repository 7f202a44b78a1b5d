package io.quiverdb.client;

import io.grpc.stub.StreamObserver;
import io.quiverdb.api.v1.ExplainResponse;
import io.quiverdb.api.v1.Hit;
import io.quiverdb.api.v1.SearchBatchRequest;
import io.quiverdb.api.v1.SearchBatchResponse;
import io.quiverdb.api.v1.SearchGrpc;
import io.quiverdb.api.v1.SearchRequest;
import io.quiverdb.api.v1.SearchResponse;
import io.quiverdb.api.v1.SegmentPlan;
import io.quiverdb.api.v1.SegmentPlan.Way;
import io.quiverdb.api.v1.StoredPoint;
import java.util.Comparator;

/// Search by inner product, exact.
final class FakeSearch extends SearchGrpc.SearchImplBase {
  private final FakeCluster cluster;
  private final FakeNode node;

  FakeSearch(FakeCluster cluster, FakeNode node) {
    this.cluster = cluster;
    this.node = node;
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
    node.answer("search", request, () -> found(request), observer);
  }

  private SearchResponse found(SearchRequest request) {
    SearchResponse.Builder response = SearchResponse.newBuilder();
    FakePoints.all(cluster)
        .filter(point -> FakeShard.matches(request.getFilter(), point.getPayload()))
        .map(point -> hit(request, point))
        .filter(
            hit -> !request.hasScoreThreshold() || hit.getScore() >= request.getScoreThreshold())
        .sorted(Comparator.comparingDouble(Hit::getScore).reversed().thenComparing(Hit::getId))
        .limit(request.getK())
        .forEach(response::addHits);
    return response.build();
  }

  @Override
  public void searchBatch(
      SearchBatchRequest request, StreamObserver<SearchBatchResponse> observer) {
    node.answer(
        "searchBatch",
        request,
        () ->
            SearchBatchResponse.newBuilder()
                .addAllResults(request.getSearchesList().stream().map(this::found).toList())
                .build(),
        observer);
  }

  /// As one that looked at all rows of one segment.
  @Override
  public void explain(SearchRequest request, StreamObserver<ExplainResponse> observer) {
    long rows = FakePoints.all(cluster).count();
    node.answer(
        "explain",
        request,
        () ->
            ExplainResponse.newBuilder()
                .addPlans(
                    SegmentPlan.newBuilder()
                        .setShard(2)
                        .setSegment(7)
                        .setWay(request.getExact() ? Way.EXACT : Way.GRAPH)
                        .setRows(rows)
                        .setMatchesEstimated(rows)
                        .setRowsScanned(request.getExact() ? rows : 0)
                        .setNodesVisited(request.getExact() ? 0 : request.getEf())
                        .setNanos(1_500_000))
                .build(),
        observer);
  }

  private static Hit hit(SearchRequest request, StoredPoint point) {
    float[] query = Vectors.of(request.getVector());
    float[] vector = Vectors.of(point.getVector());
    float score = 0;
    for (int i = 0; i < query.length; i++) {
      score += query[i] * vector[i];
    }
    Hit.Builder hit =
        Hit.newBuilder().setId(point.getId()).setScore(score).setVersion(point.getVersion());
    if (request.getWithPayload()) {
      hit.setPayload(point.getPayload());
    }
    if (request.getWithVector()) {
      hit.setVector(point.getVector());
    }
    return hit.build();
  }
}
