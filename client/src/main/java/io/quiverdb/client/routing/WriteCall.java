package io.quiverdb.client.routing;

import io.quiverdb.api.v1.WriteOptions;
import io.quiverdb.api.v1.WritePart;
import io.quiverdb.api.v1.WriteResponse;
import io.quiverdb.client.routing.WriteReport.AppliedPart;
import io.quiverdb.client.routing.WriteReport.Batch;
import io.quiverdb.client.routing.WriteReport.BatchReport;
import io.quiverdb.client.routing.WriteReport.OpenPoint;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One batch on its way to its shard. The node may split it into parts, of which some succeed; the
/// whole batch is sent again then, and the parts that had been applied answer as duplicates.
///
/// Sets hold places in the batch, counted from 0. A place is applied, or moved (its part was
/// expired at the first attempt and it must go under another request id), or open. Applied and
/// moved are final: a request id that has expired once stays so.
final class WriteCall extends RoutedCall<WriteCall.Result> {
  private final ClusterConnection connection;
  private final ShardPositions positions;
  private final WriteContent content;
  private final Batch batch;
  private final List<AppliedPart> parts = new ArrayList<>();
  private final BitSet applied = new BitSet();
  private final BitSet moved = new BitSet();
  private final BitSet mayBeApplied = new BitSet();
  private final @Nullable CallFailure[] failures;

  /// @param moved ordinals that go under another request id
  record Result(BatchReport report, List<Integer> moved) {}

  WriteCall(
      ClusterConnection connection,
      Deadline deadline,
      ShardPositions positions,
      WriteContent content,
      Batch batch) {
    super(connection, deadline, batch.shard(), false, false);
    this.connection = connection;
    this.positions = positions;
    this.content = content;
    this.batch = batch;
    this.failures = new CallFailure[batch.ordinals().size()];
  }

  /// Goes on where an earlier call for the same batch ended.
  static WriteCall resume(
      ClusterConnection connection,
      Deadline deadline,
      ShardPositions positions,
      WriteContent content,
      BatchReport report) {
    WriteCall call = new WriteCall(connection, deadline, positions, content, report.batch());
    List<Integer> ordinals = report.batch().ordinals();
    call.parts.addAll(report.applied());
    call.moved.set(0, ordinals.size());
    report
        .applied()
        .forEach(
            part -> part.ordinals().forEach(ordinal -> call.settle(ordinals.indexOf(ordinal))));
    report.open().forEach(point -> call.reopen(ordinals.indexOf(point.ordinal()), point));
    return call;
  }

  private void settle(int place) {
    moved.clear(place);
    applied.set(place);
  }

  private void reopen(int place, OpenPoint point) {
    moved.clear(place);
    mayBeApplied.set(place, point.mayBeApplied());
  }

  @Override
  CompletableFuture<Optional<CallFailure>> attempt(Route route, long timeoutNanos) {
    WriteOptions.Builder options =
        WriteOptions.newBuilder().setRequestId(batch.requestId()).setDirect(route.direct());
    batch.seen().ifPresent(options::addSeen);
    return content
        .send(connection, route.address(), batch.ordinals(), options.build(), timeoutNanos)
        .handle(
            (response, error) -> {
              if (error == null) {
                record(response);
              } else {
                CallFailure failure = CallFailure.of(error);
                for (int place = 0; place < failures.length; place++) {
                  fail(place, failure);
                }
              }
              return anyRetryable();
            });
  }

  private void record(WriteResponse response) {
    BitSet told = new BitSet();
    for (WritePart part : response.getPartsList()) {
      List<Integer> places =
          part.getPointsList().stream()
              .filter(place -> place >= 0 && place < failures.length)
              .toList();
      places.forEach(told::set);
      if (part.hasApplied()) {
        apply(part.getApplied(), places);
      } else {
        CallFailure failure = CallFailure.ofPart(part.getError());
        places.forEach(place -> fail(place, failure));
      }
    }
    for (int place = told.nextClearBit(0);
        place < failures.length;
        place = told.nextClearBit(place + 1)) {
      fail(place, CallFailure.unanswered("reply: nothing about a point (expected: its outcome)"));
    }
  }

  private void apply(WritePart.Applied part, List<Integer> places) {
    positions.saw(List.of(part.getPosition()));
    // The first outcome stands. Parts are cut alike at every attempt, so all are new or none is.
    if (places.stream().allMatch(applied::get)) {
      return;
    }
    boolean told = part.getResultsCount() == places.size();
    parts.add(
        new AppliedPart(
            batch.requestId(),
            part.getPosition(),
            part.getVersion(),
            part.getDuplicate(),
            places.stream().map(batch.ordinals()::get).toList(),
            told ? part.getResultsList() : List.of()));
    places.forEach(this::settle);
  }

  private void fail(int place, CallFailure failure) {
    if (applied.get(place) || moved.get(place)) {
      return;
    }
    failures[place] = failure;
    if (failure.expired() && !mayBeApplied.get(place)) {
      moved.set(place);
    } else if (failure.mayHaveTakenEffect()) {
      mayBeApplied.set(place);
    } else if (failure.preconditionFailed() && batch.seen().isPresent()) {
      // With a position, an attempt that was applied and forgotten would have come out as expired.
      mayBeApplied.clear(place);
    }
  }

  private Optional<CallFailure> anyRetryable() {
    for (int place = 0; place < failures.length; place++) {
      CallFailure failure = failures[place];
      if (isOpen(place) && failure != null && failure.retryable()) {
        return Optional.of(failure);
      }
    }
    return Optional.empty();
  }

  private boolean isOpen(int place) {
    return !applied.get(place) && !moved.get(place);
  }

  @Override
  Result outcome(Optional<CallFailure> givenUp) {
    List<OpenPoint> open = new ArrayList<>();
    for (int place = 0; place < failures.length; place++) {
      if (isOpen(place)) {
        CallFailure failure = failures[place];
        boolean ended = failure != null && !failure.retryable();
        open.add(
            new OpenPoint(
                batch.ordinals().get(place),
                ended || givenUp.isEmpty() ? requireFailure(failure) : givenUp.get(),
                mayBeApplied.get(place)));
      }
    }
    // Resumed calls begin with all that had been moved before; that is under way elsewhere.
    List<Integer> expired = new ArrayList<>();
    for (int place = moved.nextSetBit(0); place >= 0; place = moved.nextSetBit(place + 1)) {
      if (failures[place] != null) {
        expired.add(batch.ordinals().get(place));
      }
    }
    return new Result(new BatchReport(batch, parts, open), expired);
  }

  private static CallFailure requireFailure(@Nullable CallFailure failure) {
    if (failure == null) {
      throw new AssertionError("a point without an outcome, after an attempt");
    }
    return failure;
  }
}
