package io.quiverdb.core.format;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Pages as they are when decrypted, up to so many bytes, of all files that were opened with it.
/// Used by any number of threads; one cache serves all stores of a process. Pages that lie plain on
/// the disk are read in place and do not come here.
///
/// Eviction is by the clock: the hand goes over the pages in the order in which they came, and
/// takes those that were not asked for since it came by. Pages of ids are spared more often: every
/// look-up needs one.
public final class PageCache {
  /// Keeps nothing.
  public static final PageCache NONE = new PageCache(0);

  private static final int ROUNDS_SPARED = 1;
  private static final int ROUNDS_SPARED_IDS = 4;

  /// What an entry takes besides its page.
  private static final int ENTRY_OVERHEAD_BYTES = 120;

  /// Below it, entries of closed files are left to the hand of the clock.
  private static final int FORGOTTEN_MIN = 1024;

  private final long bytesMax;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  private final ReentrantLock changing = new ReentrantLock();

  // Guarded by `changing`; files read their slots without it.
  private final ArrayDeque<Entry> clock = new ArrayDeque<>();
  private long bytes;
  private int forgottenCount;

  public PageCache(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /// What it did since it was made.
  ///
  /// @param hits pages that were here when they were asked for
  /// @param misses pages that had to be decrypted
  public record Stats(long bytes, long bytesMax, long hits, long misses) {}

  public Stats stats() {
    changing.lock();
    try {
      return new Stats(bytes, bytesMax, hits.sum(), misses.sum());
    } finally {
      changing.unlock();
    }
  }

  /// The cached pages of one file.
  Slots slots(PageType type, int pageCount) {
    return new Slots(type, bytesMax > 0 ? pageCount : 0);
  }

  private static final class Entry {
    private final Slots slots;
    private final int page;
    private MemorySegment body;

    /// Of a file that was closed: only the clock still holds it.
    private boolean forgotten;

    /// Written without order: that a page is spared once more or less does not matter.
    private int roundsLeft;

    Entry(Slots slots, int page, MemorySegment body) {
      this.slots = slots;
      this.page = page;
      this.body = body;
    }

    long bytes() {
      return body.byteSize() + ENTRY_OVERHEAD_BYTES;
    }

    void forget() {
      forgotten = true;
      body = MemorySegment.NULL;
    }
  }

  /// By page: what is cached of it.
  final class Slots {
    private final int roundsSpared;
    private final AtomicReferenceArray<@Nullable Entry> entries;

    private Slots(PageType type, int pageCount) {
      this.roundsSpared = type == PageType.IDS ? ROUNDS_SPARED_IDS : ROUNDS_SPARED;
      this.entries = new AtomicReferenceArray<>(pageCount);
    }

    /// Null if it is not here: an Optional for each read would be felt.
    @Nullable MemorySegment get(int page) {
      if (entries.length() == 0) {
        return null;
      }
      var entry = entries.getAcquire(page);
      if (entry == null) {
        misses.increment();
        return null;
      }
      hits.increment();
      if (entry.roundsLeft != roundsSpared) {
        entry.roundsLeft = roundsSpared;
      }
      return entry.body;
    }

    void put(int page, MemorySegment body) {
      if (entries.length() == 0) {
        return;
      }
      var entry = new Entry(this, page, body);
      changing.lock();
      try {
        if (entry.bytes() <= bytesMax && entries.compareAndSet(page, null, entry)) {
          clock.addLast(entry);
          bytes += entry.bytes();
          evict();
        }
      } finally {
        changing.unlock();
      }
    }

    /// How many pages are here.
    int count() {
      int count = 0;
      for (int page = 0; page < entries.length(); page++) {
        count += entries.getPlain(page) == null ? 0 : 1;
      }
      return count;
    }

    /// When the file is closed: nobody asks for its pages any more. Costs as much as it has pages.
    void clear() {
      if (entries.length() == 0) {
        return;
      }
      changing.lock();
      try {
        for (int page = 0; page < entries.length(); page++) {
          var entry = entries.getAndSet(page, null);
          if (entry != null) {
            bytes -= entry.bytes();
            entry.forget();
            forgottenCount++;
          }
        }
        if (forgottenCount > FORGOTTEN_MIN && forgottenCount > clock.size() / 2) {
          clock.removeIf(entry -> entry.forgotten);
          forgottenCount = 0;
        }
      } finally {
        changing.unlock();
      }
    }
  }

  private void evict() {
    while (bytes > bytesMax) {
      var entry = clock.removeFirst();
      if (entry.forgotten) {
        forgottenCount--;
      } else if (entry.roundsLeft > 0) {
        entry.roundsLeft--;
        clock.addLast(entry);
      } else {
        var _ = entry.slots.entries.compareAndSet(entry.page, entry, null);
        bytes -= entry.bytes();
      }
    }
  }
}
