package io.quiverdb.cli.demo;

import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.cli.dataset.UnicodeName;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.Collection;
import io.quiverdb.client.Hit;
import io.quiverdb.client.SegmentPlan;
import io.quiverdb.client.SegmentPlan.Way;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The graphs that the collection is searched by, and how much is found with them.
final class DemoIndex {
  private static final int QUERIES = 50;
  private static final int HITS = 10;

  private final HashEmbedder embedder = new HashEmbedder();
  private final Collection collection;
  private final List<UnicodeName> names;

  /// @param names that were loaded
  DemoIndex(Collection collection, List<UnicodeName> names) {
    this.collection = collection;
    this.names = names;
  }

  /// @param byGraph shards of which a segment is searched by its graph
  record Searched(long byGraph, long shards) {}

  /// Has what was loaded written to segments, which are given graphs then, and waits for those.
  Searched await() throws InterruptedException {
    var _ = collection.compact();
    return Waiting.until(
        "every shard has a graph", this::searched, searched -> searched.byGraph == searched.shards);
  }

  private Searched searched() {
    var plans =
        collection.search(embedder.embed(names.getFirst().name())).k(HITS).ef(HITS).explain();
    return new Searched(
        shards(plans.stream().filter(plan -> plan.way() == Way.GRAPH).toList()), shards(plans));
  }

  private static long shards(List<SegmentPlan> plans) {
    return plans.stream().map(SegmentPlan::shard).distinct().count();
  }

  /// Of searches for some of the names, as against looking at all points.
  double recallAtTen() {
    int wanted = 0;
    int found = 0;
    for (int query = 0; query < QUERIES; query++) {
      float[] vector = embedder.embed(names.get(query * (names.size() / QUERIES)).name());
      Set<String> nearest =
          collection.search(vector).k(HITS).exact().run().stream()
              .map(Hit::id)
              .collect(Collectors.toSet());
      wanted += nearest.size();
      found +=
          (int)
              collection.search(vector).k(HITS).run().stream()
                  .filter(hit -> nearest.contains(hit.id()))
                  .count();
    }
    return (double) found / wanted;
  }
}
