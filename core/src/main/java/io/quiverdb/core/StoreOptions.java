package io.quiverdb.core;

import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/// What a store takes from outside.
///
/// @param random for keys, salts and ids
/// @param nanoClock like [System#nanoTime]
/// @param triggers when a stand-alone store takes checkpoints by itself
/// @param pageCache for what is decrypted; stores of one process share one
/// @param indexing how segments are indexed
public record StoreOptions(
    SecureRandom random,
    LongSupplier nanoClock,
    Triggers triggers,
    PageCache pageCache,
    Indexing indexing) {
  /// Of the page cache, where nobody says otherwise.
  public static final long PAGE_CACHE_BYTES = 128L << 20;

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

  public static StoreOptions standard() {
    return new StoreOptions(new SecureRandom());
  }
}
