package io.quiverdb.node.telemetry;

import java.util.Map;

/// What each metric of the node means.
///
/// Labels: `call` is a call of the contract, `code` its error code or `OK`, `shard` a shard's
/// number or `catalog`, `level` how much a read had to see, `role` a replica's role, `collector` a
/// garbage collector. What Ratis measures of itself comes as `quiver_ratis_…`, by its own names.
final class MetricHelp {
  static final Map<String, String> BY_FAMILY =
      Map.ofEntries(
          Map.entry(NodeMetrics.API_REQUESTS, "Calls that were answered"),
          Map.entry(NodeMetrics.API_DURATION, "Time from a call's arrival to its answer"),
          Map.entry(NodeMetrics.API_IN_FLIGHT, "Calls that are being answered"),
          Map.entry(
              NodeMetrics.API_STREAMS,
              "Calls that are answered for as long as their callers listen"),
          Map.entry(
              NodeMetrics.API_CUT_OFF, "Callers cut off that did not read a large answer in time"),
          Map.entry(
              NodeMetrics.AUTHENTICATION_FAILURES,
              "Calls that were refused for their API key, or for having none"),
          Map.entry(NodeMetrics.CERTIFICATE_EXPIRY, "Time until the node's certificate expires"),
          Map.entry(
              NodeMetrics.CERTIFICATES_REFUSED, "Certificates of other nodes that were refused"),
          Map.entry(NodeMetrics.NODE_READY, "Whether the node is ready to serve"),
          Map.entry(NodeMetrics.SHARD_ROLE, "1 for the role that the replica here has"),
          Map.entry(NodeMetrics.SHARD_TERM, "Raft term of the replica here"),
          Map.entry(
              NodeMetrics.SHARD_COMMITTED, "Committed log index, as the replica here knows it"),
          Map.entry(NodeMetrics.SHARD_APPLIED, "Log index that the replica here has applied"),
          Map.entry(
              NodeMetrics.SHARD_CHECKPOINTED, "Log index of the newest durable checkpoint here"),
          Map.entry(
              NodeMetrics.SHARD_LAG, "Committed entries that the replica here has yet to apply"),
          Map.entry(NodeMetrics.SHARD_POINTS, "Live points of the replica here"),
          Map.entry(
              NodeMetrics.SHARD_REPLICAS_DIFFERENT,
              "Replicas that differ from most at the same position, of a shard or the catalogue,"
                  + " if this node leads it"),
          Map.entry(NodeMetrics.SHARDS_LEADERLESS, "Shards whose leader this node does not know"),
          Map.entry(NodeMetrics.BUILD_INFO, "1; the label is the version"),
          Map.entry("quiver_jvm_heap_used_bytes", "Heap in use"),
          Map.entry("quiver_jvm_heap_max_bytes", "The most that the heap may grow to"),
          Map.entry("quiver_jvm_threads", "Platform threads"),
          Map.entry("quiver_jvm_gc_collections_total", "Garbage collections"),
          Map.entry("quiver_jvm_gc_seconds_total", "Time spent in garbage collection"),
          Map.entry(
              "quiver_raft_barrier_batch_reads", "Reads that one round of the read barrier served"),
          Map.entry(
              "quiver_raft_barrier_asked_reads",
              "Reads that one question to another leader, how far they have to see, stood for"),
          Map.entry("quiver_shard_reads_total", "Reads that the replica here was asked for"),
          Map.entry(
              "quiver_raft_barrier_refused_total", "Read barriers that no majority confirmed"),
          Map.entry("quiver_raft_propose_seconds", "Time from a proposal to its reply"),
          Map.entry("quiver_raft_inflight_entries", "Entries proposed and not yet replied to"),
          Map.entry(
              "quiver_raft_inflight_bytes", "Bytes of entries proposed and not yet replied to"),
          Map.entry(
              "quiver_shard_inflight_writes", "Writes that a shard accepted and has not answered"),
          Map.entry(
              "quiver_shard_inflight_bytes",
              "Bytes of writes that a shard accepted and has not answered"),
          Map.entry(
              "quiver_shard_damaged", "1 while a replica's files are not what was written to them"),
          Map.entry(
              "quiver_replicas_quarantined",
              "Replicas here that count no more in their groups, for they have forgotten"
                  + " something"),
          Map.entry("quiver_replicas_unopened", "Replicas here whose store cannot be opened"),
          Map.entry(
              "quiver_replica_reopened_total",
              "Times that a replica that had failed, or was closed, was opened again"),
          Map.entry("quiver_shard_scrubbed_total", "Times that all files of a replica were read"),
          Map.entry("quiver_shard_entry_writes", "Writes that went into one log entry"),
          Map.entry("quiver_raft_checkpoint_seconds", "Time to write one checkpoint"),
          Map.entry("quiver_raft_compaction_seconds", "Time to look for segments and merge them"),
          Map.entry(
              "quiver_raft_snapshot_fetched_bytes_total",
              "Bytes fetched of other members' snapshots"),
          Map.entry("quiver_raft_snapshot_sent_bytes_total", "Bytes sent of snapshots"),
          Map.entry("quiver_raft_snapshot_installed_total", "Snapshots fetched and installed"),
          Map.entry(
              "quiver_raft_snapshot_failed_total", "Attempts to fetch a snapshot that failed"),
          Map.entry("quiver_store_buffer_bytes", "Rows in memory that no checkpoint holds yet"),
          Map.entry("quiver_store_segments", "Sealed runs of rows on disk"),
          Map.entry("quiver_store_dead_rows", "Dead rows on disk, which compaction will drop"),
          Map.entry(
              "quiver_raft_indexing_seconds", "Time to read and build graphs of segments without"),
          Map.entry("quiver_store_graph_rows", "Rows of segments that have a graph"),
          Map.entry(
              "quiver_store_graph_waiting_rows",
              "Rows of segments that are to have a graph and have none yet: searches look at all"),
          Map.entry(
              "quiver_store_graph_refused_rows",
              "Rows of segments that go without a graph: searches look at all"),
          Map.entry(
              "quiver_store_graph_small_rows", "Rows of segments that are too small for a graph"),
          Map.entry(
              "quiver_store_graph_needed_bytes",
              "Vector memory that graphs would need for which it has no room"),
          Map.entry(
              "quiver_store_recall_at_10",
              "Share of the ten nearest that the last sampled searches found"),
          Map.entry(
              "quiver_store_recall_queries_total", "Searches that were compared with exact ones"),
          Map.entry("quiver_store_graph_built_rows_total", "Rows that were inserted into graphs"),
          Map.entry(
              "quiver_store_graph_read_rows_total", "Rows of graphs that were read from files"),
          Map.entry(
              "quiver_store_graph_damaged_total", "Graphs found damaged, which are built again"),
          Map.entry(
              "quiver_store_vector_memory_bytes", "Vectors and graphs in memory outside the heap"),
          Map.entry("quiver_store_vector_memory_max_bytes", "How much of it they may take"),
          Map.entry("quiver_disk_free_bytes", "Room that is left on the disk of the data"),
          Map.entry("quiver_disk_size_bytes", "Size of the disk of the data"),
          Map.entry("quiver_feature_level", "Feature level of the cluster; 0 if none is known"),
          Map.entry(
              "quiver_feature_level_supported", "Highest feature level that this release supports"),
          Map.entry("quiver_disk_low", "Whether writes are refused for lack of room on the disk"),
          Map.entry("quiver_store_page_cache_bytes", "Pages kept decrypted"),
          Map.entry("quiver_store_page_cache_hits_total", "Pages found decrypted"),
          Map.entry("quiver_store_page_cache_misses_total", "Pages that had to be decrypted"),
          Map.entry(
              "quiver_collections_erasing",
              "Collections that were shredded and that some node may still open"),
          Map.entry(
              "quiver_shards_under_replicated",
              "Shards led here with fewer members up to date than they should have"));

  private MetricHelp() {}

  static String of(String family) {
    return BY_FAMILY.getOrDefault(
        family, family.startsWith("quiver_ratis_") ? "Measured by Apache Ratis" : family);
  }
}
