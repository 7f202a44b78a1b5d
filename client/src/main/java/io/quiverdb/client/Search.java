package io.quiverdb.client;

import java.util.List;

/// A search that is being put together. Not for several threads.
public final class Search {
  static final int DEFAULT_K = 10;

  private final AsyncSearch async;

  Search(AsyncSearch async) {
    this.async = async;
  }

  /// How many points to find, 1 to 10,000; 10 if not said.
  public Search k(int k) {
    async.k(k);
    return this;
  }

  /// Only points that match. As long as there are `k` of them, `k` are found.
  public Search filter(Filter filter) {
    async.filter(filter);
    return this;
  }

  /// How much it must see; as the collection's handle if not said.
  public Search consistency(Consistency consistency) {
    async.consistency(consistency);
    return this;
  }

  /// Looks at all points that match, so that none of the nearest is missed: for small collections,
  /// or to see how much is found otherwise.
  public Search exact() {
    async.exact();
    return this;
  }

  /// How many candidates a graph keeps on its way, 1 to 10,000 and in effect at least `k`; what the
  /// collection's [Schema#ef] says if not said, and 100 if that says nothing. The more, the more of
  /// the nearest are found, and the longer it takes.
  public Search ef(int ef) {
    async.ef(ef);
    return this;
  }

  /// Leaves out points of a worse score: of a greater squared distance, or of a smaller cosine or
  /// inner product.
  public Search scoreThreshold(float score) {
    async.scoreThreshold(score);
    return this;
  }

  public Search withPayload() {
    async.withPayload();
    return this;
  }

  public Search withVector() {
    async.withVector();
    return this;
  }

  AsyncSearch async() {
    return async;
  }

  /// Runs it, and tells how that went instead of what was found.
  public List<SegmentPlan> explain() {
    return Calls.await(async.explain());
  }

  /// Nearest first, ties by ascending id.
  public List<Hit> run() {
    return Calls.await(async.run());
  }
}
