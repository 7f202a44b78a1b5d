package io.quiverdb.raft;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.raft.barrier.Barrier;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What a [GroupServer] is made of and told.
///
/// @param dataDirectory locked by the caller
/// @param states opens what a group replicates, before its log is read
/// @param stores of the groups
/// @param named the groups that this node has replicas of, as far as its copy of the catalogue
///   tells
/// @param outOfService hears of a replica that was open and goes into quarantine
/// @param sealing of what the node keeps about its groups; asked for when there is one
record GroupServerOptions(
    NodeId self,
    Path dataDirectory,
    String bindHost,
    int port,
    Optional<PeerTls> tls,
    RaftTiming timing,
    RatisSettings.DiskSizes sizes,
    Function<GroupKey, ReplicatedState> states,
    GroupStores stores,
    Supplier<Collection<GroupKey>> named,
    Consumer<GroupKey> outOfService,
    Supplier<PageCodec> sealing,
    DiskSpace disk,
    Barrier barrier,
    GroupStateMachine.SnapshotNeed snapshotNeed,
    LongSupplier nanoClock,
    MetricRegistry metrics,
    Consumer<Throwable> onFatal) {}
