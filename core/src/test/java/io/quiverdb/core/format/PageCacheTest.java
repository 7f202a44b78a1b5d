package io.quiverdb.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PageCacheTest {
  private static final int BODY_BYTES = 880;

  /// With what an entry costs besides: room for ten.
  private final PageCache cache = new PageCache(10 * (BODY_BYTES + 120));

  @Test
  void pageIsFoundUntilOthersTakeItsPlace() {
    var slots = cache.slots(PageType.VECTORS, 100);
    slots.put(3, body(3));
    assertHolds(slots.get(3), 3);
    assertThat(slots.get(4)).isNull();

    IntStream.range(10, 40).forEach(page -> slots.put(page, body(page)));

    assertThat(slots.get(3)).isNull();
    assertHolds(slots.get(39), 39);
    assertThat(cache.stats().bytes()).isLessThanOrEqualTo(cache.stats().bytesMax());
    assertThat(cache.stats().hits()).isEqualTo(2);
    assertThat(cache.stats().misses()).isEqualTo(2);
  }

  @Test
  void pageThatIsAskedForAgainAndAgainStays() {
    var slots = cache.slots(PageType.VECTORS, 100);
    slots.put(3, body(3));

    for (int page = 10; page < 100; page++) {
      assertHolds(slots.get(3), 3);
      slots.put(page, body(page));
    }

    assertHolds(slots.get(3), 3);
  }

  @Test
  void pagesOfIdsOutliveOthers() {
    var ids = cache.slots(PageType.IDS, 100);
    var vectors = cache.slots(PageType.VECTORS, 100);
    ids.put(0, body(0));
    vectors.put(0, body(0));
    assertThat(ids.get(0)).isNotNull();
    assertThat(vectors.get(0)).isNotNull();

    IntStream.range(10, 40).forEach(page -> vectors.put(page, body(page)));

    assertThat(vectors.get(0)).isNull();
    assertHolds(ids.get(0), 0);
  }

  @Test
  void closedFileHasNothingLeft() {
    var slots = cache.slots(PageType.VECTORS, 100);
    slots.put(3, body(3));

    slots.close();

    assertThat(slots.get(3)).isNull();
  }

  @Test
  void pageLargerThanTheCacheIsNotKept() {
    var slots = new PageCache(BODY_BYTES).slots(PageType.VECTORS, 100);

    slots.put(3, body(3));

    assertThat(slots.get(3)).isNull();
  }

  @Test
  void noCacheKeepsNothingAndCountsNothing() {
    var slots = PageCache.NONE.slots(PageType.VECTORS, 100);

    slots.put(3, body(3));

    assertThat(slots.get(3)).isNull();
    assertThat(PageCache.NONE.stats()).isEqualTo(new PageCache.Stats(0, 0, 0, 0));
  }

  @Test
  void threadsNeverGetAnotherPage() throws Exception {
    var files =
        new PageCache.Slots[] {
          cache.slots(PageType.IDS, 50), cache.slots(PageType.VECTORS, 50),
        };
    try (var threads = Executors.newFixedThreadPool(4)) {
      var running =
          IntStream.range(0, 4)
              .<Future<?>>mapToObj(
                  thread ->
                      threads.submit(
                          () -> {
                            var random = new SplittableRandom(thread);
                            for (int round = 0; round < 50_000; round++) {
                              int page = random.nextInt(50);
                              var slots = files[random.nextInt(2)];
                              var found = slots.get(page);
                              if (found == null) {
                                slots.put(page, body(page));
                              } else {
                                assertHolds(found, page);
                              }
                            }
                          }))
              .toList();
      for (var each : running) {
        each.get();
      }
    }
    assertThat(cache.stats().bytes()).isLessThanOrEqualTo(cache.stats().bytesMax());
  }

  private static MemorySegment body(int page) {
    var body = MemorySegment.ofArray(new byte[BODY_BYTES]);
    return body.fill((byte) page);
  }

  private static void assertHolds(@Nullable MemorySegment found, int page) {
    var body = Objects.requireNonNull(found);
    assertThat(body.get(ValueLayout.JAVA_BYTE, 17)).isEqualTo((byte) page);
  }
}
