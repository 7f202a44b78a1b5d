package io.quiverdb.raft;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.MasterKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a node's replicas take from outside.
///
/// @param dataDirectory holds everything of this node
/// @param addresses as other nodes reach this one
/// @param raftBindHost the interface that consensus listens on
/// @param tls of consensus; without, it is in the clear
/// @param masterKeys the first wraps the catalogue key, the others are accepted too; none to
///   encrypt nothing
/// @param pageCacheBytes for what is decrypted of all shards
/// @param vectorMemoryBytes outside of the heap, for the vectors and graphs of all shards
/// @param graphWaitingRowsMax of a shard, that wait for a graph: at half of it writes are slowed
///   down, at all of it refused; 0 for no bound
/// @param recallRowsPerMinute of a shard, that exact searches look at to tell how much those by
///   graphs find; 0 for none
/// @param version of the software, for status
/// @param scrubInterval after which all files of a replica are read again
/// @param onFatal told once when a log or an engine file could not be written or synced, so that
///   what is on disk is not known any more, or when a log would lose entries that others count on:
///   a process of its own should halt at once
public record RaftHostOptions(
    Path dataDirectory,
    NodeAddresses addresses,
    String raftBindHost,
    Optional<PeerTls> tls,
    List<MasterKey> masterKeys,
    long pageCacheBytes,
    long vectorMemoryBytes,
    long graphWaitingRowsMax,
    long recallRowsPerMinute,
    String version,
    RaftTiming timing,
    SnapshotLimits snapshots,
    Duration scrubInterval,
    PeerTransport transport,
    MetricRegistry metrics,
    SecureRandom random,
    Consumer<Throwable> onFatal) {}
