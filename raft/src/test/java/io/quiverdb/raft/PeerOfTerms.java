package io.quiverdb.raft;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// A peer that answers nothing but what the barrier asks.
public final class PeerOfTerms extends SilentPeer {
  private final Function<Map<GroupKey, Long>, CompletableFuture<Map<GroupKey, Long>>> terms;
  private final Function<Set<GroupKey>, CompletableFuture<Map<GroupKey, ReadIndex>>> indexes;

  public PeerOfTerms(
      Function<Map<GroupKey, Long>, CompletableFuture<Map<GroupKey, Long>>> terms,
      Function<Set<GroupKey>, CompletableFuture<Map<GroupKey, ReadIndex>>> indexes) {
    this.terms = terms;
    this.indexes = indexes;
  }

  public PeerOfTerms(Function<Map<GroupKey, Long>, CompletableFuture<Map<GroupKey, Long>>> terms) {
    this(
        terms,
        _ -> {
          throw new UnsupportedOperationException();
        });
  }

  @Override
  public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked) {
    return terms.apply(asked);
  }

  @Override
  public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
    return indexes.apply(groups);
  }
}
