package io.quiverdb.client;

import io.quiverdb.api.v1.VerifyCollectionResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What the replicas of a collection found when they read their files.
///
/// @param intact whether every replica answered and nothing is wrong with its files
public record FileVerification(boolean intact, List<Shard> shards) {
  public FileVerification {
    shards = List.copyOf(shards);
  }

  public record Shard(int number, List<Replica> replicas) {
    public Shard {
      replicas = List.copyOf(replicas);
    }
  }

  /// @param files how many were read
  /// @param bytes of those
  /// @param rows how many were read, dead ones included
  /// @param damages the first 100
  /// @param damageCount how many there are
  /// @param index which rows searches find by a graph
  /// @param indexes the index streams that were read and are sound; the first 1,000
  /// @param error why the replica did not answer
  public record Replica(
      String nodeId,
      long files,
      long bytes,
      long rows,
      List<Damage> damages,
      long damageCount,
      IndexCoverage index,
      List<IndexDigest> indexes,
      Optional<String> error) {
    public Replica {
      damages = List.copyOf(damages);
      indexes = List.copyOf(indexes);
    }

    /// Whether it answered, and nothing is wrong.
    public boolean intact() {
      return error.isEmpty() && damageCount == 0;
    }
  }

  /// @param segment that it is of; empty if it is of the collection
  /// @param name `quiver.graph` for the graph of a segment
  /// @param file its path below the directory of the shard's replica
  /// @param bytes of what it holds
  /// @param sha256 of those, 64 hexadecimal digits. Replicas that built a graph themselves differ
  public record IndexDigest(
      OptionalLong segment, String name, String file, long bytes, String sha256) {}

  /// @param file its path below the directory of the shard's replica
  /// @param page its number within the file, if one of its pages is wrong
  /// @param offset in bytes from the beginning of the file
  /// @param what was looked at
  public record Damage(
      String file, OptionalLong page, long offset, String what, String expected, String found) {
    /// On one line.
    @Override
    public String toString() {
      return file
          + (page.isPresent() ? " page " + page.getAsLong() : "")
          + " at %d: %s is %s (expected: %s)".formatted(offset, what, found, expected);
    }
  }

  static FileVerification of(VerifyCollectionResponse response) {
    return new FileVerification(
        response.getIntact(),
        response.getShardsList().stream().map(FileVerification::shard).toList());
  }

  private static Shard shard(VerifyCollectionResponse.ShardFiles shard) {
    return new Shard(
        shard.getShard(), shard.getReplicasList().stream().map(FileVerification::replica).toList());
  }

  private static Replica replica(VerifyCollectionResponse.ReplicaFiles replica) {
    return new Replica(
        replica.getNodeId(),
        replica.getFiles(),
        replica.getBytes(),
        replica.getRows(),
        replica.getDamagesList().stream().map(FileVerification::damage).toList(),
        replica.getDamageCount(),
        IndexCoverage.of(replica.getIndex()),
        replica.getIndexesList().stream().map(FileVerification::digest).toList(),
        Optional.of(replica.getError()).filter(error -> !error.isEmpty()));
  }

  private static IndexDigest digest(VerifyCollectionResponse.IndexDigest digest) {
    return new IndexDigest(
        digest.hasSegment() ? OptionalLong.of(digest.getSegment()) : OptionalLong.empty(),
        digest.getName(),
        digest.getFile(),
        digest.getBytes(),
        digest.getSha256());
  }

  private static Damage damage(VerifyCollectionResponse.FileDamage damage) {
    return new Damage(
        damage.getFile(),
        damage.hasPage() ? OptionalLong.of(damage.getPage()) : OptionalLong.empty(),
        damage.getOffset(),
        damage.getWhat(),
        damage.getExpected(),
        damage.getFound());
  }
}
