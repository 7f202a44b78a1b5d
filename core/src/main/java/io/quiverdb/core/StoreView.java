package io.quiverdb.core;

import java.util.List;
import java.util.Optional;

/// A store as it was after one entry: immutable, and read without a lock while writes go on.
///
/// To be closed: until then the files that it reads stay, also when they have been merged into
/// others, and when the store is closed. Its collections are not to be read after that.
public interface StoreView extends AutoCloseable {
  /// The last position applied.
  Position position();

  /// The epoch of the shard, 0 before it has one.
  long epoch();

  /// The slots that the shard owns, none before it has an epoch.
  List<SlotRange> slots();

  /// The operation counter.
  long version();

  /// Of the files that it reads. With a snapshot that is installed another one begins, in which
  /// segments have other rows under the same numbers.
  long generation();

  List<CollectionView> collections();

  Optional<CollectionView> collection(long collectionId);

  /// Once or more.
  @Override
  void close();
}
