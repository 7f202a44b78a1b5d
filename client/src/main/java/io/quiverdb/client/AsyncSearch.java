package io.quiverdb.client;

import io.quiverdb.api.v1.ExplainResponse;
import io.quiverdb.api.v1.SearchGrpc;
import io.quiverdb.api.v1.SearchRequest;
import io.quiverdb.api.v1.SearchResponse;
import io.quiverdb.client.routing.Repeat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// As [Search], as a future.
public final class AsyncSearch {
  private final Calls calls;
  private final SearchRequest.Builder request;
  private Consistency consistency;

  AsyncSearch(Calls calls, String collection, float[] query, Consistency consistency) {
    this.calls = calls;
    this.consistency = consistency;
    this.request =
        SearchRequest.newBuilder()
            .setCollection(collection)
            .setVector(Vectors.toWire(query))
            .setK(Search.DEFAULT_K);
  }

  /// @see Search#k
  public AsyncSearch k(int k) {
    request.setK(k);
    return this;
  }

  /// @see Search#filter
  public AsyncSearch filter(Filter filter) {
    request.setFilter(filter.toWire());
    return this;
  }

  /// @see Search#consistency
  public AsyncSearch consistency(Consistency consistency) {
    this.consistency = Objects.requireNonNull(consistency);
    return this;
  }

  public AsyncSearch withPayload() {
    request.setWithPayload(true);
    return this;
  }

  public AsyncSearch withVector() {
    request.setWithVector(true);
    return this;
  }

  /// @see Search#exact
  public AsyncSearch exact() {
    request.setExact(true);
    return this;
  }

  /// @see Search#ef
  public AsyncSearch ef(int ef) {
    request.setEf(ef);
    return this;
  }

  /// @see Search#scoreThreshold
  public AsyncSearch scoreThreshold(float score) {
    request.setScoreThreshold(score);
    return this;
  }

  SearchRequest request() {
    return request
        .clone()
        .setConsistency(consistency.toWire())
        .setSessionToken(calls.sessionTokenFor(consistency))
        .build();
  }

  /// @see Search#explain
  public CompletableFuture<List<SegmentPlan>> explain() {
    return calls.publish(
        calls
            .router()
            .ask(SearchGrpc.getExplainMethod(), request.build(), Repeat.READ)
            .thenApply(this::plans));
  }

  private List<SegmentPlan> plans(ExplainResponse response) {
    calls.router().saw(response.getPositionsList());
    return response.getPlansList().stream().map(SegmentPlan::of).toList();
  }

  /// @see Search#run
  public CompletableFuture<List<Hit>> run() {
    return calls.publish(
        calls
            .router()
            .ask(SearchGrpc.getSearchMethod(), request(), Repeat.READ)
            .thenApply(this::hits));
  }

  private List<Hit> hits(SearchResponse response) {
    return hits(calls, response);
  }

  static List<Hit> hits(Calls calls, SearchResponse response) {
    calls.router().saw(response.getPositionsList());
    return response.getHitsList().stream().map(Hit::of).toList();
  }
}
