package io.quiverdb.node;

import io.quiverdb.core.StoreException;
import io.quiverdb.core.StoreLockedException;
import io.quiverdb.node.peer.GrpcPeerTransport;
import io.quiverdb.node.security.NodeTls;
import io.quiverdb.raft.ClusterRecovery;
import io.quiverdb.raft.ClusterRecovery.Report;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Makes a cluster of its own out of a node that is stopped, when the others are lost for good.
public final class OfflineRecovery {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private OfflineRecovery() {}

  /// What is left, and what became of it.
  ///
  /// @param done whether it was recovered, or only looked at
  /// @param clusterId of the new cluster if it was, else of the old one
  /// @param catalogIndex of the last entry that is left of the catalogue
  /// @param shards none if a recovery that was broken off had dealt with them
  /// @param dropped collections that are gone, as their drop had begun
  public record Result(
      boolean done,
      String clusterId,
      long catalogIndex,
      List<LostNode> lost,
      List<LeftShard> shards,
      List<String> dropped,
      List<Orphan> orphans) {}

  /// Another node of the old cluster.
  ///
  /// @param silence why it did not answer; empty if it did, or was not asked any more
  public record LostNode(String id, String clientAddress, Optional<String> silence) {}

  /// What is left of a shard.
  ///
  /// @param isHere whether this node has a replica; if not, the shard begins empty
  /// @param lastIndex of the last entry of its log that is left
  /// @param points that it has; empty if it was only looked at
  /// @param acknowledgedIndex of the last entry that was acknowledged for certain, if it is lost
  /// @param damage what keeps the rest of the log from being read
  public record LeftShard(
      int number,
      boolean isHere,
      long lastIndex,
      OptionalLong points,
      OptionalLong acknowledgedIndex,
      Optional<String> damage) {}

  /// A collection that the catalogue does not know any more.
  ///
  /// @param keptAs the name that it is listed under
  public record Orphan(String name, String keptAs) {}

  /// Asks the other nodes, and, if too few of them are up, recovers the cluster.
  ///
  /// @param config of the node; of its addresses none is listened on
  /// @param acceptLoss whether what is not on this node may be lost; else nothing is changed
  /// @throws io.quiverdb.raft.RecoveryException if it is not to be recovered
  /// @throws IllegalArgumentException if the directory is in use, damaged, or of another key
  public static Result recover(NodeConfig config, boolean acceptLoss) throws IOException {
    try (var recovery =
        ClusterRecovery.open(config.dataDirectory(), config::masterKeys, new SecureRandom())) {
      var silent = requireMajorityLost(config, recovery);
      return result(acceptLoss ? recovery.run() : recovery.survey(), silent, acceptLoss);
    } catch (StoreLockedException e) {
      throw new IllegalArgumentException(e.getMessage() + " (expected: stopped)", e);
    } catch (StoreException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static Result result(Report report, Map<String, String> silent, boolean done) {
    return new Result(
        done,
        report.clusterId().toString(),
        report.catalogIndex(),
        report.lost().stream()
            .map(
                node ->
                    new LostNode(
                        node.id().toString(),
                        node.addresses().client(),
                        Optional.ofNullable(silent.get(node.addresses().peer()))))
            .toList(),
        report.shards().stream()
            .map(
                shard ->
                    new LeftShard(
                        shard.number(),
                        shard.isHere(),
                        shard.lastIndex(),
                        shard.points(),
                        shard.committedIndex(),
                        shard.damage()))
            .toList(),
        report.dropped(),
        report.orphans().stream()
            .map(orphan -> new Orphan(orphan.name(), orphan.listedAs()))
            .toList());
  }

  private static Map<String, String> requireMajorityLost(
      NodeConfig config, ClusterRecovery recovery) {
    var tls = config.tls().map(NodeTls::open);
    try (var transport = new GrpcPeerTransport(tls.map(NodeTls::peers))) {
      tls.ifPresent(present -> present.expect(recovery::memberAt));
      return recovery.requireMajorityLost(transport, PATIENCE);
    } finally {
      tls.ifPresent(NodeTls::close);
    }
  }
}
