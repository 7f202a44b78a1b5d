package io.quiverdb.raft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Read;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/// How Ratis is configured.
final class RatisSettings {
  /// The largest entry that Ratis may be handed, with what it wraps around it. It stays the same
  /// for the life of a cluster: a log with larger entries cannot be read any more.
  static final int ENTRY_BYTES_MAX = 4 << 20;

  /// The largest entry of ours. Far below Ratis's limit: an entry within a few bytes of that one is
  /// acknowledged and then cannot be read, and a larger one makes the leader step down.
  static final int OUR_ENTRY_BYTES_MAX = 2 << 20;

  private static final Duration STAGING_TIMEOUT_MIN = Duration.ofSeconds(15);
  private static final Duration REQUEST_TIMEOUT_MIN = Duration.ofSeconds(3);
  private static final SizeInBytes ENTRY_LIMIT = SizeInBytes.valueOf(ENTRY_BYTES_MAX);

  private RatisSettings() {}

  static RaftProperties of(
      Path storageDirectory, String bindHost, int port, RaftTiming timing, DiskSizes sizes) {
    var properties = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(properties, List.of(storageDirectory.toFile()));
    RaftServerConfigKeys.setRemovedGroupsDir(
        properties, storageDirectory.resolveSibling("raft-removed").toFile());
    RaftServerConfigKeys.setStorageFreeSpaceMin(properties, sizes.freeMin());
    transport(properties, bindHost, port, timing);
    elections(properties, timing);
    log(properties, sizes);
    RaftServerConfigKeys.Write.setElementLimit(properties, 4096);
    RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf("64MB"));
    RaftServerConfigKeys.RetryCache.setExpiryTime(
        properties, TimeDuration.valueOf(15, TimeUnit.SECONDS));
    // Reads go through our own barrier. Ratis's are not linearizable, with neither option.
    Read.setOption(properties, Read.Option.DEFAULT);
    Read.setLeaderLeaseEnabled(properties, false);
    // Checkpoints are the engine's, and only told to Ratis.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(properties, false);
    return properties;
  }

  /// How much room the logs take; tests use less.
  ///
  /// @param segment of a log; whole ones are deleted
  /// @param freeMin what must be free to start
  /// @param tailBytesMax of a log that a checkpoint holds already
  record DiskSizes(
      SizeInBytes segment, SizeInBytes preallocated, SizeInBytes freeMin, long tailBytesMax) {
    DiskSizes with(SnapshotLimits limits) {
      return new DiskSizes(
          SizeInBytes.valueOf(limits.segmentBytes()), preallocated, freeMin, limits.tailBytes());
    }

    static final DiskSizes PRODUCTION =
        new DiskSizes(
            SizeInBytes.valueOf("32MB"),
            SizeInBytes.valueOf("4MB"),
            SizeInBytes.valueOf("1GB"),
            256 << 20);
    static final DiskSizes SMALL =
        new DiskSizes(
            SizeInBytes.valueOf("4MB"),
            SizeInBytes.valueOf("64KB"),
            SizeInBytes.valueOf("0"),
            4 << 20);
  }

  private static void transport(
      RaftProperties properties, String bindHost, int port, RaftTiming timing) {
    GrpcConfigKeys.Server.setHost(properties, bindHost);
    GrpcConfigKeys.Server.setPort(properties, port);
    GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf("16MB"));
    GrpcConfigKeys.setFlowControlWindow(properties, SizeInBytes.valueOf("8MB"));
    GrpcConfigKeys.Server.setHeartbeatChannel(properties, true);
    GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(properties, 16);
    GrpcConfigKeys.Server.setAsyncRequestThreadPoolCached(properties, false);
    GrpcConfigKeys.Server.setAsyncRequestThreadPoolSize(properties, 2);
    var requestTimeout = timing.electionTimeoutMax().multipliedBy(5).dividedBy(2);
    Rpc.setRequestTimeout(
        properties,
        millis(
            requestTimeout.compareTo(REQUEST_TIMEOUT_MIN) < 0
                ? REQUEST_TIMEOUT_MIN
                : requestTimeout));
    Rpc.setSlownessTimeout(properties, TimeDuration.valueOf(60, TimeUnit.SECONDS));
  }

  private static void elections(RaftProperties properties, RaftTiming timing) {
    Rpc.setTimeoutMin(properties, millis(timing.electionTimeoutMin()));
    Rpc.setTimeoutMax(properties, millis(timing.electionTimeoutMax()));
    Rpc.setFirstElectionTimeoutMin(properties, millis(timing.electionTimeoutMin().dividedBy(3)));
    Rpc.setFirstElectionTimeoutMax(properties, millis(timing.electionTimeoutMax().dividedBy(3)));
    RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
        properties, millis(timing.electionTimeoutMax().multipliedBy(3).dividedBy(2)));
    RaftServerConfigKeys.setSleepDeviationThreshold(
        properties, TimeDuration.valueOf(500, TimeUnit.MILLISECONDS));
    // A process that was suspended goes on afterwards, rather than stay up and serve nothing.
    RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(600, TimeUnit.SECONDS));
    // A minute in production: a member that is given a large snapshot is opened again meanwhile.
    var stagingTimeout = timing.electionTimeoutMax().multipliedBy(30);
    RaftServerConfigKeys.setStagingTimeout(
        properties,
        millis(
            stagingTimeout.compareTo(STAGING_TIMEOUT_MIN) < 0
                ? STAGING_TIMEOUT_MIN
                : stagingTimeout));
    RaftServerConfigKeys.setStagingCatchupGap(properties, 2000);
    RaftServerConfigKeys.Notification.setNoLeaderTimeout(
        properties, TimeDuration.valueOf(30, TimeUnit.SECONDS));
  }

  private static void log(RaftProperties properties, DiskSizes sizes) {
    Log.setCorruptionPolicy(properties, Log.CorruptionPolicy.EXCEPTION);
    Log.setUnsafeFlushEnabled(properties, false);
    Log.setAsyncFlushEnabled(properties, false);
    Log.setAppendEntriesComposeEnabled(properties, true);
    // It would double the entries, and the syncs, to save a restarted replica one heartbeat.
    Log.setLogMetadataEnabled(properties, false);
    Log.setSegmentSizeMax(properties, sizes.segment());
    Log.setPreallocatedSize(properties, sizes.preallocated());
    Log.setForceSyncNum(properties, 1024);
    Log.setQueueElementLimit(properties, 8192);
    Log.setQueueByteLimit(properties, SizeInBytes.valueOf("64MB"));
    Log.setSegmentCacheNumMax(properties, 2);
    Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("64MB"));
    Log.setWriteBufferSize(properties, SizeInBytes.valueOf(ENTRY_BYTES_MAX + (64 << 10)));
    Log.Appender.setBufferByteLimit(properties, ENTRY_LIMIT);
    Log.Appender.setWaitTimeMin(properties, TimeDuration.valueOf(1, TimeUnit.MILLISECONDS));
    // A member that comes back hears of it within a second or two, however long it was away.
    Log.Appender.setRetryPolicy(properties, "1ms,10, 1s,1000000");
    // The leader tells a follower that it needs a checkpoint, instead of sending files itself.
    Log.Appender.setInstallSnapshotEnabled(properties, false);
    // All of the log is purged that the checkpoint holds which we tell, whoever lacks it: what is
    // left of it for members that come back is our choice.
    Log.setPurgeGap(properties, 1);
    Log.setPurgePreservationLogNum(properties, 0);
    Log.setPurgeUptoSnapshotIndex(properties, true);
  }

  /// Consensus is all that Ratis's port serves. Its services for clients and administrators would
  /// let anyone who reaches the port write, and delete groups; we call the server directly.
  ///
  /// @param requests looks at each before `calls` does
  /// @param tls without, connections are in the clear
  static Parameters consensusOnly(
      ConsensusCalls calls, CertifiedRequests requests, Optional<PeerTls> tls) {
    var parameters = new Parameters();
    // gRPC asks the last one first.
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters, (builder, _) -> builder.intercept(calls).intercept(requests));
    tls.ifPresent(present -> GrpcConfigKeys.TLS.setConf(parameters, mutual(present)));
    return parameters;
  }

  private static GrpcTlsConfig mutual(PeerTls tls) {
    var builder =
        GrpcTlsConfig.newBuilder()
            .setKeyManager(tls.own())
            .setTrustManager(tls.trust())
            .setMutualTls(true)
            .setSslProvider(SslProvider.JDK)
            .setProtocols("TLSv1.3");
    return builder.build();
  }

  /// @throws IllegalArgumentException if a setting lets acknowledged writes be lost or reads be
  ///   stale
  static void requireSafe(RaftProperties properties) {
    require(!Log.unsafeFlushEnabled(properties), "unsafe flush", "off");
    require(!Log.asyncFlushEnabled(properties), "async flush", "off");
    require(!Log.useMemory(properties), "log in memory", "off");
    // Without it, entries are acknowledged before they are synced if others were truncated before.
    require(Log.appendEntriesComposeEnabled(properties), "composing of entries to append", "on");
    require(!Read.leaderLeaseEnabled(properties), "leader lease", "off");
    require(
        Read.option(properties) == Read.Option.DEFAULT, "Ratis's own linearizable reads", "off");
    require(
        Log.corruptionPolicy(properties) == Log.CorruptionPolicy.EXCEPTION,
        "corruption policy",
        "EXCEPTION");
    require(
        Log.Appender.bufferByteLimit(properties).getSize() >= ENTRY_BYTES_MAX,
        "entry limit",
        "at least " + ENTRY_BYTES_MAX + " bytes");
  }

  private static void require(boolean holds, String setting, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(setting + ": unsafe (expected: " + expected + ")");
    }
  }

  private static TimeDuration millis(Duration duration) {
    return TimeDuration.valueOf(Math.max(1, duration.toMillis()), TimeUnit.MILLISECONDS);
  }
}
