package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.api.v1.SearchBatchRequest;
import io.quiverdb.api.v1.SearchRequest;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class SearchTest extends FakeClusterTest {
  private final Collection docs = docs();

  @Test
  void whatIsAskedForIsSent() {
    docs.search(1, 2).k(3).exact().ef(250).scoreThreshold(-0.5f).run();
    docs.search(1, 2).run();

    List<SearchRequest> requests =
        cluster.nodes().stream()
            .flatMap(node -> node.requests("search", SearchRequest.class).stream())
            .toList();
    assertThat(requests)
        .anySatisfy(
            request -> {
              assertThat(request.getExact()).isTrue();
              assertThat(request.getEf()).isEqualTo(250);
              assertThat(request.getScoreThreshold()).isEqualTo(-0.5f);
            })
        .anySatisfy(
            request -> {
              assertThat(request.getExact()).isFalse();
              assertThat(request.hasEf()).isFalse();
              assertThat(request.hasScoreThreshold()).isFalse();
            });
  }

  @Test
  void pointsBeyondTheThresholdAreLeftOut() {
    docs.upsert(List.of(Point.of("near", 2, 0), Point.of("far", -1, 0)));

    assertThat(docs.search(1, 0).scoreThreshold(0).run())
        .extracting(Hit::id)
        .containsExactly("near");
  }

  @Test
  void batchAnswersEachSearchAsByItself() {
    docs.upsert(List.of(Point.of("a", 1, 0), Point.of("b", 0, 1)));

    List<List<Hit>> found = docs.searchAll(List.of(docs.search(1, 0).k(1), docs.search(0, 1).k(2)));

    assertThat(found).hasSize(2);
    assertThat(found.get(0)).extracting(Hit::id).containsExactly("a");
    assertThat(found.get(1)).extracting(Hit::id).containsExactly("b", "a");
    assertThat(
            cluster.nodes().stream()
                .flatMap(node -> node.requests("searchBatch", SearchBatchRequest.class).stream()))
        .singleElement()
        .satisfies(request -> assertThat(request.getCollection()).isEqualTo("docs"));
  }

  @Test
  void explanationTellsHowEachSegmentWasSearched() {
    docs.upsert(List.of(Point.of("a", 1, 0)));

    assertThat(docs.search(1, 0).ef(40).explain())
        .containsExactly(
            new SegmentPlan(
                2,
                OptionalLong.of(7),
                SegmentPlan.Way.GRAPH,
                1,
                1,
                0,
                40,
                Duration.ofNanos(1_500_000)));
    assertThat(docs.search(1, 0).exact().explain())
        .extracting(SegmentPlan::way)
        .containsExactly(SegmentPlan.Way.EXACT);
  }
}
