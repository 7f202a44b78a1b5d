package io.quiverdb.core.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
/// takes those that were not asked for since it came by. Pages of ids and of secondary indexes are
/// spared more often: every look-up needs one of those, and every filter some of these.
public final class PageCache {
  /// Keeps nothing.
  public static final PageCache NONE = new PageCache(0);

  private static final byte ROUNDS_SPARED = 1;
  private static final byte ROUNDS_SPARED_LONG = 4;

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

  /// A page that was put into the cache: what the hand of the clock comes by.
  private record Entry(Slots slots, int page, long bytes) {}

  /// By page: what is cached of it. The body itself is in the slot, without an object in between:
  /// each step from one to the next is a wait for memory.
  final class Slots {
    private final byte roundsSpared;
    private final AtomicReferenceArray<byte @Nullable []> bodies;

    /// Written without order: that a page is spared once more or less does not matter.
    private final byte[] roundsLeft;

    /// Guarded by `changing`: nobody asks for the pages any more, only the clock still holds them.
    private boolean closed;

    private Slots(PageType type, int pageCount) {
      boolean findsRows = type == PageType.IDS || type == PageType.SECONDARY;
      this.roundsSpared = findsRows ? ROUNDS_SPARED_LONG : ROUNDS_SPARED;
      this.bodies = new AtomicReferenceArray<>(pageCount);
      this.roundsLeft = new byte[pageCount];
    }

    /// Null if it is not here: an Optional for each read would be felt.
    @Nullable MemorySegment get(int page) {
      if (roundsLeft.length == 0) {
        return null;
      }
      byte[] body = bodies.getAcquire(page);
      if (body == null) {
        misses.increment();
        return null;
      }
      hits.increment();
      if (roundsLeft[page] != roundsSpared) {
        roundsLeft[page] = roundsSpared;
      }
      return MemorySegment.ofArray(body).asReadOnly();
    }

    /// Keeps a copy.
    void put(int page, MemorySegment body) {
      if (roundsLeft.length == 0) {
        return;
      }
      byte[] array = body.toArray(ValueLayout.JAVA_BYTE);
      var entry = new Entry(this, page, array.length + ENTRY_OVERHEAD_BYTES);
      if (entry.bytes > bytesMax) {
        return;
      }
      changing.lock();
      try {
        if (!closed && bodies.getPlain(page) == null) {
          bodies.setRelease(page, array);
          clock.addLast(entry);
          bytes += entry.bytes;
          evict();
        }
      } finally {
        changing.unlock();
      }
    }

    /// How many pages are here.
    int count() {
      int count = 0;
      for (int page = 0; page < roundsLeft.length; page++) {
        count += bodies.getPlain(page) == null ? 0 : 1;
      }
      return count;
    }

    /// When the file is closed: nobody asks for its pages any more. Costs as much as it has pages.
    void close() {
      changing.lock();
      try {
        closed = true;
        for (int page = 0; page < roundsLeft.length; page++) {
          byte[] body = bodies.getAndSet(page, null);
          if (body != null) {
            bytes -= body.length + ENTRY_OVERHEAD_BYTES;
            forgottenCount++;
          }
        }
        if (forgottenCount > FORGOTTEN_MIN && forgottenCount > clock.size() / 2) {
          clock.removeIf(entry -> entry.slots.closed);
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
      var slots = entry.slots;
      if (slots.closed) {
        forgottenCount--;
      } else if (slots.roundsLeft[entry.page] > 0) {
        slots.roundsLeft[entry.page]--;
        clock.addLast(entry);
      } else {
        slots.bodies.setRelease(entry.page, null);
        bytes -= entry.bytes;
      }
    }
  }
}
