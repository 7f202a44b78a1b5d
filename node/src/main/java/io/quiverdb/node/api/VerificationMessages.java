package io.quiverdb.node.api;

import io.quiverdb.api.v1.VerifyCollectionResponse;
import io.quiverdb.core.Damage;
import io.quiverdb.core.IndexDigest;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.node.routing.FileCheck.ReplicaFiles;
import io.quiverdb.node.routing.FileCheck.ShardFiles;
import java.util.List;

/// What replicas found in their files, as the contract tells it.
final class VerificationMessages {
  /// Nobody reads more, and an answer has an end.
  private static final int DAMAGES_MAX = 100;

  private VerificationMessages() {}

  static VerifyCollectionResponse response(List<ShardFiles> shards) {
    return VerifyCollectionResponse.newBuilder()
        .setIntact(shards.stream().allMatch(ShardFiles::intact))
        .addAllShards(shards.stream().map(VerificationMessages::shard).toList())
        .build();
  }

  private static VerifyCollectionResponse.ShardFiles shard(ShardFiles shard) {
    return VerifyCollectionResponse.ShardFiles.newBuilder()
        .setShard(shard.shard())
        .addAllReplicas(shard.replicas().stream().map(VerificationMessages::replica).toList())
        .build();
  }

  private static VerifyCollectionResponse.ReplicaFiles replica(ReplicaFiles replica) {
    var message =
        VerifyCollectionResponse.ReplicaFiles.newBuilder()
            .setNodeId(replica.node().toString())
            .setError(replica.problem().orElse(""));
    replica
        .verification()
        .ifPresent(
            verification ->
                message
                    .setFiles(verification.fileCount())
                    .setBytes(verification.byteCount())
                    .setRows(verification.rowCount())
                    .setDamageCount(verification.damageCount())
                    .setIndex(coverage(verification.index()))
                    .addAllIndexes(
                        verification.indexes().stream().map(VerificationMessages::digest).toList())
                    .addAllDamages(
                        verification.damages().stream()
                            .limit(DAMAGES_MAX)
                            .map(VerificationMessages::damage)
                            .toList()));
    return message.build();
  }

  static io.quiverdb.api.v1.IndexCoverage coverage(IndexCoverage coverage) {
    return io.quiverdb.api.v1.IndexCoverage.newBuilder()
        .setGraphRows(coverage.graphRows())
        .setWaitingRows(coverage.waitingRows())
        .setRefusedRows(coverage.refusedRows())
        .setSmallRows(coverage.smallRows())
        .setNeededBytes(coverage.neededBytes())
        .setMemoryBytes(coverage.memoryBytes())
        .build();
  }

  private static VerifyCollectionResponse.IndexDigest digest(IndexDigest digest) {
    var message =
        VerifyCollectionResponse.IndexDigest.newBuilder()
            .setName(digest.name())
            .setFile(digest.file())
            .setBytes(digest.bytes())
            .setSha256(digest.sha256());
    digest.segmentId().ifPresent(message::setSegment);
    return message.build();
  }

  private static VerifyCollectionResponse.FileDamage damage(Damage damage) {
    var message =
        VerifyCollectionResponse.FileDamage.newBuilder()
            .setFile(damage.file())
            .setOffset(damage.offset())
            .setWhat(damage.what())
            .setExpected(damage.expected())
            .setFound(damage.found());
    damage.page().ifPresent(message::setPage);
    return message.build();
  }
}
