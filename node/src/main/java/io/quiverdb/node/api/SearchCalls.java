package io.quiverdb.node.api;

import io.quiverdb.api.v1.SearchRequest;
import io.quiverdb.api.v1.SearchResponse;
import io.quiverdb.core.Query;
import io.quiverdb.core.Vector;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.ShardRouter;

/// Answers the service of searches.
final class SearchCalls {
  private final ShardRouter router;
  private final Limits limits;

  SearchCalls(ShardRouter router, Limits limits) {
    this.router = router;
    this.limits = limits;
  }

  SearchResponse search(SearchRequest request, Deadline deadline) {
    if (request.getK() < 1 || request.getK() > limits.kMax()) {
      throw new IllegalArgumentException(
          "k: %s (expected: 1 to %d)"
              .formatted(Integer.toUnsignedString(request.getK()), limits.kMax()));
    }
    var filter = FilterMessages.filter(request.getFilter());
    var header = Messages.readHeader(request.getConsistency(), request.getSessionToken(), false);
    var collection = router.collection(request.getCollection(), deadline);
    Vector vector;
    try {
      vector = Messages.vector(request.getVector(), collection.descriptor());
    } catch (IllegalArgumentException _) {
      // The collection may have been dropped and created anew, with another dimension.
      collection = router.collectionAfterBarrier(request.getCollection(), deadline);
      vector = Messages.vector(request.getVector(), collection.descriptor());
    }
    var query =
        new Query(
            vector, request.getK(), filter, request.getWithPayload(), request.getWithVector());
    var answer = router.search(collection, query, header, deadline);
    return SearchResponse.newBuilder()
        .addAllHits(answer.value().stream().map(Messages::hit).toList())
        .addAllPositions(Messages.positions(answer.positions()))
        .setSessionToken(Messages.sessionToken(header.seen(), answer))
        .addAllLags(Messages.lags(answer))
        .build();
  }
}
