package io.quiverdb.node.api;

import io.quiverdb.api.v1.ExplainResponse;
import io.quiverdb.api.v1.SearchBatchRequest;
import io.quiverdb.api.v1.SearchBatchResponse;
import io.quiverdb.api.v1.SearchRequest;
import io.quiverdb.api.v1.SearchResponse;
import io.quiverdb.api.v1.SegmentPlan;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Query;
import io.quiverdb.core.Vector;
import io.quiverdb.node.routing.AnswerMemory;
import io.quiverdb.node.routing.AnswerMemory.Room;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.ReadHeader;
import io.quiverdb.node.routing.ShardRouter;
import io.quiverdb.node.routing.ShardRouter.Answer;
import io.quiverdb.node.routing.ShardRouter.ShardPlan;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Answers the service of searches.
final class SearchCalls {
  /// Searches of a batch.
  static final int BATCH_MAX = 100;

  private final ShardRouter router;
  private final Limits limits;

  SearchCalls(ShardRouter router, Limits limits) {
    this.router = router;
    this.limits = limits;
  }

  SearchResponse search(SearchRequest request, Deadline deadline, Room room) {
    var filter = checked(request);
    var header = header(request);
    var query =
        resolved(
            request.getCollection(),
            deadline,
            collection -> query(request, filter, collection.descriptor()));
    reserve(room, List.of(query.value), deadline);
    return response(header, router.search(query.collection, query.value, header, deadline));
  }

  SearchBatchResponse searchBatch(SearchBatchRequest request, Deadline deadline, Room room) {
    int count = request.getSearchesCount();
    if (count < 1 || count > BATCH_MAX) {
      throw new IllegalArgumentException(
          "searches: %d (expected: 1 to %d)".formatted(count, BATCH_MAX));
    }
    var filters = each(request, search -> checked(request.getCollection(), search));
    var queries =
        resolved(
            request.getCollection(),
            deadline,
            collection -> queries(request, filters, collection.descriptor()));
    reserve(room, queries.value, deadline);
    return SearchBatchResponse.newBuilder()
        .addAllResults(
            searchAll(
                queries.collection, queries.value, each(request, SearchCalls::header), deadline))
        .build();
  }

  ExplainResponse explain(SearchRequest request, Deadline deadline) {
    var filter = checked(request);
    var query =
        resolved(
            request.getCollection(),
            deadline,
            collection -> query(request, filter, collection.descriptor()));
    var answer = router.explain(query.collection, query.value, deadline);
    return ExplainResponse.newBuilder()
        .addAllPlans(answer.value().stream().map(SearchCalls::plan).toList())
        .addAllPositions(Messages.positions(answer.positions()))
        .build();
  }

  // --- requests

  private static ReadHeader header(SearchRequest request) {
    return Messages.readHeader(request.getConsistency(), request.getSessionToken(), false);
  }

  /// Looks at all that no collection is needed for.
  private Optional<Filter> checked(SearchRequest request) {
    if (request.getK() < 1 || request.getK() > limits.kMax()) {
      throw new IllegalArgumentException(
          "k: %s (expected: 1 to %d)"
              .formatted(Integer.toUnsignedString(request.getK()), limits.kMax()));
    }
    if (request.hasEf() && (request.getEf() < 1 || request.getEf() > Query.EF_MAX)) {
      throw new IllegalArgumentException(
          "ef: %s (expected: 1 to %d)"
              .formatted(Integer.toUnsignedString(request.getEf()), Query.EF_MAX));
    }
    if (request.hasScoreThreshold() && !Float.isFinite(request.getScoreThreshold())) {
      throw new IllegalArgumentException(
          "score_threshold: " + request.getScoreThreshold() + " (expected: a finite number)");
    }
    return FilterMessages.filter(request.getFilter());
  }

  private Optional<Filter> checked(String collection, SearchRequest search) {
    if (!search.getCollection().isEmpty() && !search.getCollection().equals(collection)) {
      throw new IllegalArgumentException(
          "collection: \"%s\" (expected: \"%s\" or none)"
              .formatted(search.getCollection(), collection));
    }
    return checked(search);
  }

  /// Does it with each search of a batch; what is wrong with one says with which.
  private static <T> List<T> each(SearchBatchRequest request, Function<SearchRequest, T> work) {
    return IntStream.range(0, request.getSearchesCount())
        .mapToObj(
            index -> {
              try {
                return work.apply(request.getSearches(index));
              } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("searches[" + index + "]: " + e.getMessage(), e);
              }
            })
        .toList();
  }

  private record Resolved<T>(CollectionInfo collection, T value) {}

  /// What is made of a request for the collection of a name.
  private <T> Resolved<T> resolved(
      String name, Deadline deadline, Function<CollectionInfo, T> make) {
    var collection = router.collection(name, deadline);
    try {
      return new Resolved<>(collection, make.apply(collection));
    } catch (IllegalArgumentException _) {
      // The collection may have been dropped and created anew, with another dimension.
      var again = router.collectionAfterBarrier(name, deadline);
      return new Resolved<>(again, make.apply(again));
    }
  }

  private static List<Query> queries(
      SearchBatchRequest request, List<Optional<Filter>> filters, Descriptor descriptor) {
    var next = filters.iterator();
    return each(request, search -> query(search, next.next(), descriptor));
  }

  private static Query query(
      SearchRequest request, Optional<Filter> filter, Descriptor descriptor) {
    Vector vector = Messages.vector(request.getVector(), descriptor);
    return new Query(
        vector,
        request.getK(),
        filter,
        request.getWithPayload(),
        request.getWithVector(),
        request.getExact(),
        Messages.ef(request.hasEf(), request.getEf()),
        request.hasScoreThreshold() ? Optional.of(request.getScoreThreshold()) : Optional.empty());
  }

  // --- answers

  /// For what all shards may answer.
  private void reserve(Room room, List<Query> queries, Deadline deadline) {
    long bytes = queries.stream().mapToLong(this::answerBytesMax).sum();
    room.reserve(router.shardCount() * bytes, deadline.remaining());
  }

  private long answerBytesMax(Query query) {
    return AnswerMemory.bytes(
        query.k(),
        query.withPayload() ? limits.payloadBytesMax() : 0,
        query.withVector() ? query.vector().dimension() : 0);
  }

  private List<SearchResponse> searchAll(
      CollectionInfo collection, List<Query> queries, List<ReadHeader> headers, Deadline deadline) {
    try (var calls = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          IntStream.range(0, queries.size())
              .mapToObj(
                  index ->
                      CompletableFuture.supplyAsync(
                          () ->
                              response(
                                  headers.get(index),
                                  router.search(
                                      collection,
                                      queries.get(index),
                                      headers.get(index),
                                      deadline)),
                          calls))
              .toList();
      return answers.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static SearchResponse response(ReadHeader header, Answer<List<Hit>> answer) {
    return SearchResponse.newBuilder()
        .addAllHits(answer.value().stream().map(Messages::hit).toList())
        .addAllPositions(Messages.positions(answer.positions()))
        .setSessionToken(Messages.sessionToken(header.seen(), answer))
        .addAllLags(Messages.lags(answer))
        .build();
  }

  private static SegmentPlan plan(ShardPlan found) {
    var plan = found.plan();
    var message =
        SegmentPlan.newBuilder()
            .setShard(found.shard())
            .setWay(way(plan.way()))
            .setRows(plan.rows())
            .setMatchesEstimated(plan.matchesEstimated())
            .setRowsScanned(plan.rowsScanned())
            .setNodesVisited(plan.nodesVisited())
            .setNanos(plan.nanos());
    plan.segment().ifPresent(message::setSegment);
    return message.build();
  }

  private static SegmentPlan.Way way(io.quiverdb.core.SegmentPlan.Way way) {
    return switch (way) {
      case EXACT -> SegmentPlan.Way.EXACT;
      case NO_GRAPH -> SegmentPlan.Way.NO_GRAPH;
      case FEW_MATCHES -> SegmentPlan.Way.FEW_MATCHES;
      case GRAPH -> SegmentPlan.Way.GRAPH;
      case GRAPH_THEN_SCAN -> SegmentPlan.Way.GRAPH_THEN_SCAN;
    };
  }
}
