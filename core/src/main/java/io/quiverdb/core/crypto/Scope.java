package io.quiverdb.core.crypto;

import java.util.UUID;

/// Whose data is sealed. What was sealed for one scope opens in no other.
///
/// @param storeId drawn with the shard, the same on all of its members
/// @param collectionId 0 where it belongs to no collection
public record Scope(UUID storeId, long collectionId) {
  public static final long NO_COLLECTION = 0;

  /// Of what a store keeps besides its collections.
  public static Scope ofStore(UUID storeId) {
    return new Scope(storeId, NO_COLLECTION);
  }
}
