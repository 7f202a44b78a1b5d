package io.quiverdb.client;

import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.ScanRequest;
import io.quiverdb.api.v1.ScanResponse;
import io.quiverdb.client.routing.Repeat;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// As [Scan], as futures.
public final class AsyncScan {
  private final Calls calls;
  private final ScanRequest.Builder request;
  private Consistency consistency;

  AsyncScan(Calls calls, String collection, Consistency consistency) {
    this.calls = calls;
    this.consistency = consistency;
    this.request = ScanRequest.newBuilder().setCollection(collection);
  }

  /// @see Scan#pageSize
  public AsyncScan pageSize(int points) {
    request.setLimit(points);
    return this;
  }

  /// @see Scan#filter
  public AsyncScan filter(Filter filter) {
    request.setFilter(filter.toWire());
    return this;
  }

  /// @see Scan#consistency
  public AsyncScan consistency(Consistency consistency) {
    this.consistency = Objects.requireNonNull(consistency);
    return this;
  }

  /// The first page.
  public CompletableFuture<ScanPage> page() {
    return page("");
  }

  /// The page at a cursor of an earlier one.
  public CompletableFuture<ScanPage> page(String cursor) {
    return calls.publish(
        calls
            .router()
            .ask(
                PointsGrpc.getScanMethod(),
                request
                    .clone()
                    .setCursor(cursor)
                    .setConsistency(consistency.toWire())
                    .setSessionToken(calls.sessionTokenFor(consistency))
                    .build(),
                Repeat.READ)
            .thenApply(this::page));
  }

  private ScanPage page(ScanResponse response) {
    calls.router().saw(response.getPositionsList());
    return new ScanPage(
        response.getPointsList().stream().map(StoredPoint::of).toList(),
        Optional.of(response.getNextCursor()).filter(cursor -> !cursor.isEmpty()));
  }

  /// Takes every point, in id order, page by page.
  public CompletableFuture<Void> forEach(Consumer<StoredPoint> consumer) {
    return forEachFrom("", consumer);
  }

  private CompletableFuture<Void> forEachFrom(String cursor, Consumer<StoredPoint> consumer) {
    return page(cursor)
        .thenCompose(
            page -> {
              page.points().forEach(consumer);
              return page.nextCursor()
                  .map(next -> forEachFrom(next, consumer))
                  .orElseGet(() -> CompletableFuture.completedFuture(null));
            });
  }
}
