package io.quiverdb.core;

import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.state.RequestWindow;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/// What a store takes from outside.
///
/// @param random for keys, salts and ids
/// @param nanoClock like [System#nanoTime]
/// @param triggers when a stand-alone store takes checkpoints by itself
/// @param pageCache for what is decrypted; stores of one process share one
/// @param indexing how segments are indexed
/// @param levels what the operations of its log mean; another release's only in tests
public record StoreOptions(
    SecureRandom random,
    LongSupplier nanoClock,
    Triggers triggers,
    PageCache pageCache,
    Indexing indexing,
    FeatureLevels levels) {
  /// Of the page cache, where nobody says otherwise.
  public static final long PAGE_CACHE_BYTES = 128L << 20;

  public StoreOptions(
      SecureRandom random,
      LongSupplier nanoClock,
      Triggers triggers,
      PageCache pageCache,
      Indexing indexing) {
    this(random, nanoClock, triggers, pageCache, indexing, FeatureLevels.CURRENT);
  }

  public StoreOptions(
      SecureRandom random, LongSupplier nanoClock, Triggers triggers, PageCache pageCache) {
    this(random, nanoClock, triggers, pageCache, Indexing.standard());
  }

  /// With a page cache of its own.
  public StoreOptions(SecureRandom random, LongSupplier nanoClock, Triggers triggers) {
    this(random, nanoClock, triggers, new PageCache(PAGE_CACHE_BYTES));
  }

  /// With the system's clock and the usual triggers.
  public StoreOptions(SecureRandom random, PageCache pageCache, Indexing indexing) {
    this(random, System::nanoTime, Triggers.STANDARD, pageCache, indexing);
  }

  /// With the system's clock, the usual triggers and memory of its own for vectors.
  public StoreOptions(SecureRandom random, PageCache pageCache) {
    this(random, System::nanoTime, Triggers.STANDARD, pageCache);
  }

  public StoreOptions(SecureRandom random) {
    this(random, new PageCache(PAGE_CACHE_BYTES));
  }

  public StoreOptions with(FeatureLevels others) {
    return new StoreOptions(random, nanoClock, triggers, pageCache, indexing, others);
  }

  /// With a smaller window than that of a cluster, for tests.
  StoreOptions withRequestWindow(long bytesMax) {
    return bytesMax == RequestWindow.BYTES_MAX
        ? this
        : with(
            new FeatureLevels(
                FeatureLevels.FIRST,
                new FeatureLevels.Rules(levels.rules(FeatureLevels.FIRST).kinds(), bytesMax)));
  }

  public static StoreOptions standard() {
    return new StoreOptions(new SecureRandom());
  }
}
