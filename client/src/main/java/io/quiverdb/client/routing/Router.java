package io.quiverdb.client.routing;

import io.grpc.MethodDescriptor;
import io.quiverdb.api.v1.Consistency;
import io.quiverdb.api.v1.GetRequest;
import io.quiverdb.api.v1.GetResponse;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.ShardPosition;
import io.quiverdb.client.routing.WriteReport.Batch;
import io.quiverdb.client.routing.WriteReport.BatchReport;
import io.quiverdb.client.routing.WriteReport.OpenPoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Sends every call where it belongs: what concerns points by id to the shard's leader, or, if it
/// need not see the newest, to any replica; the rest to any node. Futures complete on network
/// threads and fail with [CallFailure].
public final class Router implements AutoCloseable {
  private final ClusterConnection connection;
  private final ShardPositions positions = new ShardPositions();

  /// Connects to nothing yet.
  ///
  /// @param lookups resolves host names, which blocks
  /// @param random jitters the pauses between attempts; used by several threads
  /// @param nanoClock as of [System#nanoTime]
  public Router(
      RouterOptions options,
      ThreadFactory threads,
      Executor lookups,
      RandomGenerator random,
      LongSupplier nanoClock) {
    this.connection =
        new ClusterConnection(
            options,
            new Channels(options.security(), threads, lookups),
            new Timer(new ScheduledThreadPoolExecutor(1, threads)),
            random,
            nanoClock);
  }

  /// Asks any node.
  public <Q, R> CompletableFuture<R> ask(MethodDescriptor<Q, R> method, Q request, Repeat repeat) {
    Deadline deadline = connection.deadline();
    return new UnaryCall<>(
            connection, deadline, RoutedCall.ANY_SHARD, method, route -> request, repeat)
        .start();
  }

  /// What answers have shown so far, for a request of the same session; empty if nothing.
  public String sessionToken() {
    return positions.token();
  }

  /// Remembers what a token names.
  public void sawToken(String token) {
    positions.saw(SessionTokenFormat.read(token));
  }

  /// Remembers what an answer has shown, for the calls to come.
  public void saw(List<ShardPosition> shown) {
    positions.saw(shown);
  }

  /// The points of these ids that exist, in the order asked for.
  public CompletableFuture<List<io.quiverdb.api.v1.StoredPoint>> get(
      String collection, List<String> ids, Consistency consistency) {
    Deadline deadline = connection.deadline();
    return splitting(deadline)
        .thenCompose(
            map -> {
              Map<Integer, List<Integer>> byShard = split(map, ids);
              List<CompletableFuture<GetResponse>> parts = new ArrayList<>();
              byShard.forEach(
                  (shard, ordinals) ->
                      parts.add(
                          get(
                              collection,
                              ordinals.stream().map(ids::get).toList(),
                              consistency,
                              shard,
                              deadline)));
              return all(parts)
                  .thenApply(responses -> inOrder(ids, List.copyOf(byShard.values()), responses));
            });
  }

  private CompletableFuture<GetResponse> get(
      String collection, List<String> ids, Consistency consistency, int shard, Deadline deadline) {
    GetRequest request =
        GetRequest.newBuilder()
            .setCollection(collection)
            .addAllIds(ids)
            .setConsistency(consistency)
            .setSessionToken(consistency == Consistency.SESSION ? positions.tokenOf(shard) : "")
            .build();
    return new UnaryCall<>(
            connection,
            deadline,
            shard,
            consistency != Consistency.LINEARIZABLE,
            PointsGrpc.getGetMethod(),
            route -> request.toBuilder().setDirect(route.direct()).build(),
            Repeat.READ)
        .start()
        .thenApply(
            response -> {
              positions.saw(response.getPositionsList());
              return response;
            });
  }

  private static List<io.quiverdb.api.v1.StoredPoint> inOrder(
      List<String> ids, List<List<Integer>> ordinals, List<GetResponse> responses) {
    TreeMap<Integer, io.quiverdb.api.v1.StoredPoint> found = new TreeMap<>();
    for (int part = 0; part < responses.size(); part++) {
      int next = 0;
      for (io.quiverdb.api.v1.StoredPoint point : responses.get(part).getPointsList()) {
        List<Integer> asked = ordinals.get(part);
        while (next < asked.size() && !ids.get(asked.get(next)).equals(point.getId())) {
          next++;
        }
        if (next < asked.size()) {
          found.put(asked.get(next++), point);
        }
      }
    }
    return List.copyOf(found.values());
  }

  /// Applies the content, each shard's points under a request id that stays the same over all
  /// attempts.
  ///
  /// @return fails only if nothing was sent to any node
  public CompletableFuture<WriteReport> write(WriteContent content) {
    Deadline deadline = connection.deadline();
    List<String> ids = new ArrayList<>(content.size());
    for (int ordinal = 0; ordinal < content.size(); ordinal++) {
      ids.add(content.id(ordinal));
    }
    return splitting(deadline)
        .thenCompose(
            map -> {
              String requestId = newRequestId();
              List<CompletableFuture<List<BatchReport>>> calls = new ArrayList<>();
              split(map, ids)
                  .forEach(
                      (shard, ordinals) ->
                          calls.add(
                              run(
                                  new WriteCall(
                                      connection,
                                      deadline,
                                      positions,
                                      content,
                                      new Batch(shard, ordinals, requestId, positions.of(shard))),
                                  content,
                                  deadline)));
              return report(content, calls);
            });
  }

  /// Sends what is open again, under the same request ids and positions.
  public CompletableFuture<WriteReport> resume(WriteReport earlier) {
    Deadline deadline = connection.deadline();
    WriteContent content = earlier.content();
    List<CompletableFuture<List<BatchReport>>> calls = new ArrayList<>();
    for (BatchReport batch : earlier.batches()) {
      calls.add(
          batch.open().isEmpty()
              ? CompletableFuture.completedFuture(List.of(batch))
              : run(
                  WriteCall.resume(connection, deadline, positions, content, batch),
                  content,
                  deadline));
    }
    return report(content, calls);
  }

  private CompletableFuture<List<BatchReport>> run(
      WriteCall call, WriteContent content, Deadline deadline) {
    return call.start()
        .thenCompose(
            result -> {
              if (result.moved().isEmpty()) {
                return CompletableFuture.completedFuture(List.of(result.report()));
              }
              return reissue(result, content, deadline)
                  .thenApply(
                      reissued -> {
                        List<BatchReport> reports = new ArrayList<>(reissued);
                        if (!result.report().applied().isEmpty()
                            || !result.report().open().isEmpty()) {
                          reports.add(0, result.report());
                        }
                        return reports;
                      });
            });
  }

  /// Issues points anew whose request id had expired before it was ever sent. A linearizable read
  /// shows where the shard stands: the position that came too late must not be used again.
  private CompletableFuture<List<BatchReport>> reissue(
      WriteCall.Result expired, WriteContent content, Deadline deadline) {
    int shard = expired.report().batch().shard();
    List<Integer> ordinals = expired.moved();
    return connection
        .timer()
        .after(connection.backoff().nextNanos())
        .thenCompose(
            paused ->
                get(
                    content.collection(),
                    List.of(content.id(ordinals.get(0))),
                    Consistency.LINEARIZABLE,
                    shard,
                    deadline))
        .thenApply(shown -> Optional.<CallFailure>empty())
        .exceptionally(error -> Optional.of(CallFailure.of(error)))
        .thenCompose(
            failure -> {
              Batch fresh = new Batch(shard, ordinals, newRequestId(), positions.of(shard));
              return failure.isPresent()
                  ? CompletableFuture.completedFuture(List.of(unsent(fresh, failure.get())))
                  : run(
                      new WriteCall(connection, deadline, positions, content, fresh),
                      content,
                      deadline);
            });
  }

  private static BatchReport unsent(Batch batch, CallFailure failure) {
    return new BatchReport(
        batch,
        List.of(),
        batch.ordinals().stream().map(ordinal -> new OpenPoint(ordinal, failure, false)).toList());
  }

  private static CompletableFuture<WriteReport> report(
      WriteContent content, List<CompletableFuture<List<BatchReport>>> calls) {
    return all(calls)
        .thenApply(
            reports ->
                new WriteReport(content, reports.stream().flatMap(Collection::stream).toList()));
  }

  private static String newRequestId() {
    return UUID.randomUUID().toString();
  }

  /// The map that ids are split by: asked for until a node tells it, or the time is over.
  private CompletableFuture<ShardMap> splitting(Deadline deadline) {
    return splitting(deadline, connection.backoff());
  }

  private CompletableFuture<ShardMap> splitting(Deadline deadline, Backoff backoff) {
    return connection
        .learn(deadline)
        .exceptionallyCompose(
            error -> {
              CallFailure failure = CallFailure.of(error);
              long pauseNanos = backoff.nextNanos();
              if (!failure.retryable()
                  || connection.waitsForInit(failure)
                  || pauseNanos >= deadline.remainingNanos()) {
                return CompletableFuture.failedFuture(failure);
              }
              return connection
                  .timer()
                  .after(pauseNanos)
                  .thenCompose(paused -> splitting(deadline, backoff));
            });
  }

  /// Ordinals by shard, in the order given.
  private static Map<Integer, List<Integer>> split(ShardMap map, List<String> ids) {
    Map<Integer, List<Integer>> byShard = new TreeMap<>();
    for (int ordinal = 0; ordinal < ids.size(); ordinal++) {
      byShard
          .computeIfAbsent(map.shardOf(ids.get(ordinal)), shard -> new ArrayList<>())
          .add(ordinal);
    }
    return byShard;
  }

  private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
    return CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
  }

  @Override
  public void close() {
    connection.close();
  }
}
