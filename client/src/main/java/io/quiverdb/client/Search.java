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

  public Search withPayload() {
    async.withPayload();
    return this;
  }

  public Search withVector() {
    async.withVector();
    return this;
  }

  /// Nearest first, ties by ascending id.
  public List<Hit> run() {
    return Calls.await(async.run());
  }
}
