package io.quiverdb.raft.catalog;

/// What became of a [CatalogWrite], once it is done on every shard that it concerns.
public sealed interface CatalogWritten {
  record Created(CollectionInfo collection) implements CatalogWritten {}

  record Updated(CollectionInfo collection) implements CatalogWritten {}

  record Dropped() implements CatalogWritten {}

  /// Dropped; that its keys are destroyed everywhere takes as long as the last node needs.
  record Shredded(long collectionId) implements CatalogWritten {}

  record ApiKeyCreated() implements CatalogWritten {}

  record ApiKeyRevoked() implements CatalogWritten {}

  /// A collection of this name exists.
  record AlreadyExists(CollectionInfo collection) implements CatalogWritten {}

  /// The nodes, or what is wanted of them; what follows from that takes its time.
  record Changed() implements CatalogWritten {}

  record NotFound() implements CatalogWritten {}

  /// Another request had this id.
  record RequestIdReused() implements CatalogWritten {}
}
