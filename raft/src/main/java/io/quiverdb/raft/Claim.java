package io.quiverdb.raft;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What a cluster is made of, decided once, when it is formed. Every member keeps a copy.
///
/// @param members in the order of their ids
/// @param entryBytesMax the largest log entry, for the life of the cluster
/// @param catalogKey wrapped by the master key that all members were given; empty if the cluster
///   encrypts nothing
/// @param epoch 1 as the cluster was formed, and one more with each recovery: of the catalogue, and
///   of all shards
/// @param foundingId the cluster's id as it was formed: stores keep the ids that were made of it
///   when a recovery gives the cluster another one
public record Claim(
    UUID clusterId,
    List<Member> members,
    int shards,
    int replicationFactor,
    int entryBytesMax,
    Optional<WrappedCatalogKey> catalogKey,
    long epoch,
    UUID foundingId) {
  public static final long FIRST_EPOCH = 1;

  public Claim {
    members = List.copyOf(members);
  }

  /// Of a cluster that is being formed.
  public Claim(
      UUID clusterId,
      List<Member> members,
      int shards,
      int replicationFactor,
      int entryBytesMax,
      Optional<WrappedCatalogKey> catalogKey) {
    this(
        clusterId,
        members,
        shards,
        replicationFactor,
        entryBytesMax,
        catalogKey,
        FIRST_EPOCH,
        clusterId);
  }

  /// Of the cluster that goes on with what one node has of this one.
  public Claim recovered(UUID newClusterId, Member survivor) {
    return new Claim(
        newClusterId,
        List.of(survivor),
        shards,
        1,
        entryBytesMax,
        catalogKey,
        epoch + 1,
        foundingId);
  }

  /// The catalogue key for a message, wrapped; empty if there is none.
  public ByteString keyMessage() {
    return catalogKey.map(key -> ByteString.copyFrom(key.encode())).orElse(ByteString.EMPTY);
  }

  /// @param message from [#keyMessage]
  /// @throws IllegalArgumentException if it is none
  public Claim withKeyMessage(ByteString message) {
    if (message.isEmpty()) {
      return withKey(Optional.empty());
    }
    try {
      return withKey(Optional.of(WrappedCatalogKey.decode("claim", message.toByteArray())));
    } catch (CorruptFileException e) {
      throw new IllegalArgumentException("catalogue key: " + e.getMessage(), e);
    }
  }

  /// With what tells the catalogue key from others in place of the key, for places that outlive a
  /// master key.
  public Claim withoutKey() {
    return withKey(catalogKey.map(WrappedCatalogKey::withoutKey));
  }

  public Claim withKey(Optional<WrappedCatalogKey> key) {
    return new Claim(
        clusterId, members, shards, replicationFactor, entryBytesMax, key, epoch, foundingId);
  }
}
