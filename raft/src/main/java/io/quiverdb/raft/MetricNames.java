package io.quiverdb.raft;

import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/// How our metrics are named in the Dropwizard registry, which knows no labels: parts joined by
/// dots, `quiver.<area>.<what>.<unit>`, then labels in the order of their names as
/// `{name=value,…}`. The exposition turns dots into underscores and the labels into labels.
public final class MetricNames {
  public static final String BARRIER_BATCH = "quiver.raft.barrier.batch.reads";

  /// Reads that one question to another node, how far they have to see, stood for.
  public static final String BARRIER_ASKED = "quiver.raft.barrier.asked.reads";

  public static final String BARRIER_REFUSED = "quiver.raft.barrier.refused.total";
  public static final String PROPOSE = "quiver.raft.propose.seconds";
  public static final String IN_FLIGHT_ENTRIES = "quiver.raft.inflight.entries";
  public static final String IN_FLIGHT_BYTES = "quiver.raft.inflight.bytes";

  /// Waiting for their entry, or under way.
  public static final String IN_FLIGHT_WRITES = "quiver.shard.inflight.writes";

  public static final String IN_FLIGHT_WRITE_BYTES = "quiver.shard.inflight.bytes";

  /// Reads that a replica served, by level.
  public static final String READS = "quiver.shard.reads.total";

  public static final String ENTRY_WRITES = "quiver.shard.entry.writes";
  public static final String CHECKPOINT = "quiver.raft.checkpoint.seconds";

  /// Looking for segments that are worth merging, and merging them.
  public static final String COMPACTION = "quiver.raft.compaction.seconds";

  /// Reading and building graphs, as often as a segment lacked one.
  public static final String INDEXING = "quiver.raft.indexing.seconds";

  public static final String STORE_BUFFER_BYTES = "quiver.store.buffer.bytes";
  public static final String STORE_SEGMENTS = "quiver.store.segments";

  /// What compaction owes.
  public static final String STORE_DEAD_ROWS = "quiver.store.dead.rows";

  /// In segments that have a graph.
  public static final String GRAPH_ROWS = "quiver.store.graph.rows";

  /// In segments that are large enough for a graph and have none yet.
  public static final String GRAPH_WAITING_ROWS = "quiver.store.graph.waiting.rows";

  /// In segments that go without a graph, for want of memory or because they cannot be read.
  public static final String GRAPH_REFUSED_ROWS = "quiver.store.graph.refused.rows";

  /// In segments that are too small for one.
  public static final String GRAPH_SMALL_ROWS = "quiver.store.graph.small.rows";

  /// Of vector memory, by graphs that do not fit.
  public static final String GRAPH_NEEDED_BYTES = "quiver.store.graph.needed.bytes";

  /// Of graphs that were built by this process: 0 where all came from files.
  public static final String GRAPH_BUILT_ROWS = "quiver.store.graph.built.rows.total";

  public static final String GRAPH_READ_ROWS = "quiver.store.graph.read.rows.total";
  public static final String GRAPHS_DAMAGED = "quiver.store.graph.damaged.total";

  /// Of the last searches that were compared with exact ones, the share of the ten nearest.
  public static final String RECALL = "quiver.store.recall.at.10";

  public static final String RECALL_QUERIES = "quiver.store.recall.queries.total";
  public static final String VECTOR_MEMORY_BYTES = "quiver.store.vector.memory.bytes";

  /// That the above may reach.
  public static final String VECTOR_MEMORY_MAX_BYTES = "quiver.store.vector.memory.max.bytes";

  /// That this process may use.
  public static final String DISK_FREE_BYTES = "quiver.disk.free.bytes";

  public static final String DISK_SIZE_BYTES = "quiver.disk.size.bytes";

  /// 1 while writes are refused for lack of room.
  public static final String DISK_LOW = "quiver.disk.low";

  public static final String PAGE_CACHE_BYTES = "quiver.store.page.cache.bytes";
  public static final String PAGE_CACHE_HITS = "quiver.store.page.cache.hits.total";
  public static final String PAGE_CACHE_MISSES = "quiver.store.page.cache.misses.total";

  public static final String SNAPSHOT_FETCHED_BYTES = "quiver.raft.snapshot.fetched.bytes.total";
  public static final String SNAPSHOT_SENT_BYTES = "quiver.raft.snapshot.sent.bytes.total";
  public static final String SNAPSHOT_INSTALLED = "quiver.raft.snapshot.installed.total";

  /// Attempts that were given up.
  public static final String SNAPSHOT_FAILED = "quiver.raft.snapshot.failed.total";

  /// 1 while a replica's files do not hold what was written to them.
  public static final String DAMAGED = "quiver.shard.damaged";

  /// Replicas that count no more in their groups: what they have forgotten, they may have
  /// acknowledged.
  public static final String QUARANTINED = "quiver.replicas.quarantined";

  /// Replicas whose store cannot be opened.
  public static final String UNOPENED = "quiver.replicas.unopened";

  /// How often a replica that had failed, or was closed, was opened again.
  public static final String REOPENED = "quiver.replica.reopened.total";

  /// How often all files of a replica were read to see whether they are as they were written.
  public static final String SCRUBBED = "quiver.shard.scrubbed.total";

  /// Of the cluster as this node knows it, and the highest that its release supports: where the
  /// second is above the first on all nodes, an upgrade has not been ended.
  public static final String FEATURE_LEVEL = "quiver.feature.level";

  public static final String FEATURE_LEVEL_SUPPORTED = "quiver.feature.level.supported";

  /// That were shredded and may still be opened on some node.
  public static final String ERASING = "quiver.collections.erasing";

  public static final String UNDER_REPLICATED = "quiver.shards.under.replicated";

  private MetricNames() {}

  /// `name` with labels, such as `quiver.raft.checkpoint.seconds{shard=3}`.
  public static String of(String name, Map<String, String> labels) {
    if (labels.isEmpty()) {
      return name;
    }
    var joined = new StringJoiner(",", "{", "}");
    new TreeMap<>(labels).forEach((label, value) -> joined.add(label + "=" + value));
    return name + joined;
  }

  /// `name` for one group.
  static String of(String name, GroupKey group) {
    return of(name, Map.of("shard", label(group)));
  }

  /// `name` for reads of one group at one level.
  static String of(String name, GroupKey group, Consistency level) {
    return of(name, Map.of("shard", label(group), "level", level.label()));
  }

  /// The value of the label `shard`: a number, or `catalog`.
  public static String label(GroupKey group) {
    return switch (group) {
      case GroupKey.CatalogGroup _ -> "catalog";
      case GroupKey.ShardGroup(int number) -> Integer.toString(number);
    };
  }
}
