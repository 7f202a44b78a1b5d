package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.client.PartialFailureException.PointFailure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PartialFailureTest extends FakeClusterTest {
  private final List<String> ids = new ArrayList<>();

  PartialFailureTest() {
    for (int i = 0; i < 2; i++) {
      for (int shard = 0; shard < 3; shard++) {
        ids.add(cluster.idsOn(shard, 2).get(i));
      }
    }
  }

  @Test
  void pointsThatFailedAndPointsUnknownAreNamed() {
    QuiverClient quiver = client();
    cluster.node(1).always("upsert", Fault.answering(ErrorCode.RESOURCE_EXHAUSTED));
    cluster.node(2).always("upsert", Fault.answering(ErrorCode.INTERNAL));

    PartialFailureException partial =
        catchThrowableOfType(
            PartialFailureException.class, () -> quiver.collection("docs").upsert(points(ids)));

    assertThat(partial.succeeded().parts()).singleElement().matches(part -> part.shard() == 0);
    assertThat(partial.failed())
        .extracting(PointFailure::ordinal, PointFailure::id)
        .containsExactly(tuple(1, ids.get(1)), tuple(4, ids.get(4)));
    assertThat(partial.failed())
        .allMatch(failure -> failure.cause() instanceof ResourceExhaustedException);
    assertThat(partial.unknown()).extracting(PointFailure::ordinal).containsExactly(2, 5);
    assertThat(partial.code()).isEqualTo(io.quiverdb.client.ErrorCode.OUTCOME_UNKNOWN);
    assertThat(partial)
        .hasMessageContaining("2 of 6 points failed (" + ids.get(1) + ", " + ids.get(4) + ")")
        .hasMessageContaining("2 unknown (" + ids.get(2) + ", " + ids.get(5) + ")");
  }

  @Test
  void resumeSendsOnlyTheRestAndGivesTheOutcomeOfAll() {
    cluster.node(1).next("upsert", Fault.answering(ErrorCode.RESOURCE_EXHAUSTED));
    QuiverClient quiver = client();
    PartialFailureException partial =
        catchThrowableOfType(
            PartialFailureException.class, () -> quiver.collection("docs").upsert(points(ids)));

    WriteResult result = quiver.resume(partial);

    assertThat(result.parts())
        .extracting(WriteResult.Part::shard)
        .containsExactlyInAnyOrder(0, 1, 2);
    assertThat(upserts())
        .hasSize(4)
        .extracting(request -> request.getOptions().getRequestId())
        .containsOnly(upserts().get(0).getOptions().getRequestId());
    assertThat(cluster.shards()).allMatch(shard -> shard.applied() == 1);
  }

  @Test
  void shardsThatAllFailAlikeFailTheCallItself() {
    assertThatThrownBy(() -> client().collection("nowhere").upsert(points(ids)))
        .isInstanceOf(NotFoundException.class)
        .hasMessage("collection: nowhere (expected: one that exists)");
  }

  @Test
  void partThatFailedIsSentAgainWithItsWholeBatchAndTheOthersAnswerAsDuplicates() {
    List<String> many = cluster.idsOn(0, 3 * FakePoints.PART_POINTS_MAX);
    cluster.node(0).partErrors.put(1, Fault.detail(ErrorCode.OUTCOME_UNKNOWN));

    WriteResult result = docs().upsert(points(many));

    assertThat(result.parts()).hasSize(3);
    assertThat(result.parts().stream().flatMap(part -> part.points().stream()))
        .extracting(WriteResult.PointOutcome::id)
        .containsExactlyElementsOf(many);
    assertThat(cluster.shard(0).applied()).isEqualTo(3);
    assertThat(result.parts()).noneMatch(WriteResult.Part::duplicate);
    assertThat(upserts()).hasSize(2).allMatch(request -> request.getPointsCount() == many.size());
  }

  @Test
  void onlyThePointsOfAnExpiredPartAreIssuedAnew() {
    List<String> many = cluster.idsOn(0, 3 * FakePoints.PART_POINTS_MAX);
    cluster.node(0).partErrors.put(1, Fault.expired());

    WriteResult result = docs().upsert(points(many));

    List<UpsertRequest> sent = cluster.node(0).requests("upsert", UpsertRequest.class);
    assertThat(sent).hasSize(2);
    assertThat(sent.get(1).getPointsList())
        .extracting(io.quiverdb.api.v1.Point::getId)
        .containsExactlyElementsOf(
            many.subList(FakePoints.PART_POINTS_MAX, 2 * FakePoints.PART_POINTS_MAX));
    assertThat(result.parts())
        .extracting(WriteResult.Part::requestId)
        .containsExactly(
            sent.get(0).getOptions().getRequestId(),
            sent.get(1).getOptions().getRequestId(),
            sent.get(0).getOptions().getRequestId());
    assertThat(result.parts().stream().flatMap(part -> part.points().stream()))
        .extracting(WriteResult.PointOutcome::ordinal)
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(cluster.shard(0).applied()).isEqualTo(3);
  }

  @Test
  void partsOfOneBatchThatFailDifferentlyAreToldApart() {
    List<String> many = cluster.idsOn(0, 2 * FakePoints.PART_POINTS_MAX);
    cluster.node(0).partErrors.put(1, Fault.detail(ErrorCode.INVALID_ARGUMENT));

    PartialFailureException partial =
        catchThrowableOfType(PartialFailureException.class, () -> docs().upsert(points(many)));

    assertThat(partial.succeeded().parts()).hasSize(1);
    assertThat(partial.failed()).hasSize(FakePoints.PART_POINTS_MAX);
    assertThat(partial.unknown()).isEmpty();
    assertThat(partial.code()).isEqualTo(io.quiverdb.client.ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void emptyBatchAsksNobody() {
    assertThat(docs().upsert(List.of()).parts()).isEmpty();
    assertThat(cluster.nodes()).allMatch(node -> node.requestCount() == 0);
  }
}
