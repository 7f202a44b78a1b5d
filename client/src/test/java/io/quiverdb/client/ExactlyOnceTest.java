package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.quiverdb.api.v1.CreateCollectionRequest;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.InitClusterRequest;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.api.v1.WriteOptions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ExactlyOnceTest extends FakeClusterTest {
  private final String id = cluster.idsOn(0, 1).get(0);
  private final FakeNode leader = cluster.node(0);

  @Test
  void lostReplyIsAskedForAgainUnderTheSameIdAndAppliedOnce() {
    leader.next("upsert", Fault.applyingThenLosingReply());

    WriteResult result = docs().upsert(point(id));

    assertThat(cluster.shard(0).applied()).isEqualTo(1);
    assertThat(result.parts()).singleElement().matches(WriteResult.Part::duplicate);
    assertThat(upserts()).hasSize(2);
    assertThat(requestIds()).containsExactly(result.parts().get(0).requestId());
  }

  @Test
  void unknownOutcomeIsAskedForAgain() {
    leader.next("upsert", Fault.applyingThenAnswering(ErrorCode.OUTCOME_UNKNOWN));

    WriteResult result = docs().upsert(point(id));

    assertThat(cluster.shard(0).applied()).isEqualTo(1);
    assertThat(result.parts()).singleElement().matches(WriteResult.Part::duplicate);
  }

  @Test
  void leaderThatDiesAfterApplyingLeavesOneEffect() {
    Collection docs = docs();
    leader.next("upsert", Fault.applyingThenDying());
    var write = docs.async().upsert(point(id));
    await().until(() -> !leader.alive());

    cluster.shard(0).lead(1);

    assertThat(write.join().parts()).singleElement().matches(WriteResult.Part::duplicate);
    assertThat(cluster.shard(0).applied()).isEqualTo(1);
  }

  @Test
  void positionIsFixedWithTheIdWhateverIsSeenMeanwhile() {
    Collection docs = docs();
    docs.upsert(point(id));
    leader.next("upsert", Fault.answering(ErrorCode.UNAVAILABLE));
    leader.next("upsert", Fault.answering(ErrorCode.UNAVAILABLE));

    docs.upsert(point(id));

    List<WriteOptions> options =
        upserts().stream()
            .map(UpsertRequest::getOptions)
            .filter(sent -> sent.getSeenCount() > 0)
            .toList();
    assertThat(options).hasSizeGreaterThanOrEqualTo(2);
    assertThat(options)
        .allMatch(sent -> sent.getSeenCount() == 1 && sent.getSeen(0).getIndex() == 1);
  }

  @Test
  void writeThatExpiredBeforeItWasEverSentIsIssuedAnew() {
    Collection docs = docs();
    docs.upsert(point(id));
    leader.next("upsert", Fault.answering(Fault.expired()));
    // Others write meanwhile, which is why the position is too old.
    docs().upsert(point(id));

    WriteResult result = docs.upsert(point(id));

    assertThat(result.parts()).singleElement().matches(part -> !part.duplicate());
    List<UpsertRequest> sent = leader.requests("upsert", UpsertRequest.class);
    UpsertRequest expired = sent.get(1);
    UpsertRequest anew = sent.get(sent.size() - 1);
    assertThat(anew.getOptions().getRequestId())
        .isEqualTo(result.parts().get(0).requestId())
        .isNotEqualTo(expired.getOptions().getRequestId());
  }

  @Test
  void positionOfAWriteIssuedAnewIsReadFromTheShard() {
    Collection docs = docs();
    docs.upsert(point(id));
    Collection others = docs();
    others.upsert(point(id));
    others.upsert(point(id));
    leader.next("upsert", Fault.answering(Fault.expired()));

    docs.upsert(point(id));

    List<UpsertRequest> sent = leader.requests("upsert", UpsertRequest.class);
    assertThat(sent.get(sent.size() - 2).getOptions().getSeen(0).getIndex()).isEqualTo(1);
    assertThat(sent.get(sent.size() - 1).getOptions().getSeen(0).getIndex()).isEqualTo(3);
  }

  @Test
  void writeThatExpiredAfterAnAttemptWasLostIsUnknownForGood() {
    leader.always("upsert", Fault.answering(Fault.expired()));
    leader.next("upsert", Fault.losingRequest());
    cluster.node(1).always("upsert", Fault.answering(Fault.expired()));
    cluster.node(2).always("upsert", Fault.answering(Fault.expired()));
    QuiverClient quiver = client();

    OutcomeUnknownException unknown =
        catchThrowableOfType(
            OutcomeUnknownException.class, () -> quiver.collection("docs").upsert(point(id)));

    assertThat(unknown.reason()).contains("expired");
    assertThat(requestIds()).hasSize(1);
    assertThatThrownBy(() -> quiver.resume(unknown))
        .isInstanceOf(OutcomeUnknownException.class)
        .matches(e -> ((QuiverException) e).reason().equals(unknown.reason()));
    assertThat(requestIds()).hasSize(1);
  }

  @Test
  void lostWriteIsUnknownAtTheDeadlineAndResumedToItsFirstOutcome() {
    cluster.nodes().forEach(node -> node.always("upsert", Fault.applyingThenLosingReply()));
    QuiverClient quiver = clientUntil("upsert", 3);

    OutcomeUnknownException unknown =
        catchThrowableOfType(
            OutcomeUnknownException.class, () -> quiver.collection("docs").upsert(point(id)));
    cluster.nodes().forEach(FakeNode::heal);
    WriteResult result = client().resume(unknown);

    assertThat(unknown.resumable()).isTrue();
    assertThat(result.parts()).singleElement().matches(WriteResult.Part::duplicate);
    assertThat(cluster.shard(0).applied()).isEqualTo(1);
    assertThat(requestIds()).hasSize(1);
  }

  @Test
  void resumeThrowsTheSameWhileNothingIsKnown() {
    cluster.nodes().forEach(node -> node.always("upsert", Fault.losingRequest()));
    OutcomeUnknownException unknown =
        catchThrowableOfType(
            OutcomeUnknownException.class,
            () -> clientUntil("upsert", 3).collection("docs").upsert(point(id)));

    assertThatThrownBy(() -> clientUntil("upsert", 6).resume(unknown))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(requestIds()).hasSize(1);
  }

  @Test
  void refusalAfterALostAttemptDoesNotMakeTheOutcomeKnown() {
    leader.next("upsert", Fault.losingRequest());
    cluster.nodes().forEach(node -> node.always("upsert", Fault.answering(ErrorCode.NOT_FOUND)));

    assertThatThrownBy(() -> docs().upsert(point(id)))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasCauseInstanceOf(NotFoundException.class);
  }

  @Test
  void writeThatEveryNodeRefusedIsUnavailableAndNotUnknown() {
    cluster.nodes().forEach(node -> node.always("upsert", Fault.answering(ErrorCode.UNAVAILABLE)));

    assertThatThrownBy(() -> clientUntil("upsert", 3).collection("docs").upsert(point(id)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("scripted UNAVAILABLE")
        .hasMessageContaining("attempts");
  }

  @Test
  void writeThatCouldNotBeSentToItsLeaderIsUnavailableAndNotUnknown() {
    String onDeadLeader = cluster.idsOn(1, 1).get(0);
    cluster.node(1).kill();
    cluster.node(2).kill();
    cluster.node(0).always("upsert", Fault.answering(ErrorCode.UNAVAILABLE));

    assertThatThrownBy(
            () -> clientUntil("upsert", 3).collection("docs").upsert(point(onDeadLeader)))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void writeWithoutAnyNodeIsUnavailableAndNotUnknown() {
    cluster.nodes().forEach(FakeNode::kill);

    assertThatThrownBy(() -> clientWithFastClock().collection("docs").upsert(point(id)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("Connection refused");
  }

  @Test
  void silenceUntilTheDeadlineIsUnknownForAWriteAndExceedsItForARead() {
    cluster.nodes().forEach(node -> node.always("upsert", Fault.silence()));
    cluster.nodes().forEach(node -> node.always("count", Fault.silence()));

    assertThatThrownBy(() -> clientUntil("upsert", 1, SOON).collection("docs").upsert(point(id)))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> clientUntil("count", 1, SOON).collection("docs").count())
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void createIsRepeatedUnderOneIdAndUnknownIfALaterAttemptIsRefused() {
    cluster.nodes().forEach(node -> node.next("createCollection", Fault.applyingThenLosingReply()));

    assertThatThrownBy(() -> client().createCollection("new", Schema.l2(2)))
        .isInstanceOf(OutcomeUnknownException.class);
    List<String> ids =
        cluster.nodes().stream()
            .flatMap(
                node -> node.requests("createCollection", CreateCollectionRequest.class).stream())
            .map(CreateCollectionRequest::getRequestId)
            .toList();
    assertThat(ids).hasSizeGreaterThanOrEqualTo(2).doesNotContain("").containsOnly(ids.get(0));
  }

  @Test
  void initIsNotSentTwice() {
    cluster
        .nodes()
        .forEach(node -> node.always("initCluster", Fault.answering(Status.UNAVAILABLE)));

    OutcomeUnknownException unknown =
        catchThrowableOfType(OutcomeUnknownException.class, () -> client().cluster().init(3, 3));

    assertThat(cluster.nodes().stream())
        .flatMap(node -> node.requests("initCluster", InitClusterRequest.class))
        .hasSize(1);
    assertThatThrownBy(() -> client().resume(unknown)).isInstanceOf(IllegalArgumentException.class);
  }

  private Set<String> requestIds() {
    Set<String> ids = new HashSet<>();
    upserts().forEach(request -> ids.add(request.getOptions().getRequestId()));
    return ids;
  }
}
