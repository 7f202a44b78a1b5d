package io.quiverdb.node.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Payload;
import io.quiverdb.core.Position;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScanMergeTest {
  @Test
  void pagesAreMergedInIdOrder() {
    var merged = ScanMerge.merge(List.of(page(false, "a", "d"), page(false, "b", "c", "e")), 10);

    assertThat(ids(merged)).containsExactly("a", "b", "c", "d", "e");
    assertThat(merged.more()).isFalse();
  }

  @Test
  void mergeStopsWhereAPageEndsThatHasMoreBehindIt() {
    var merged = ScanMerge.merge(List.of(page(true, "a", "b"), page(false, "c", "d")), 10);

    assertThat(ids(merged)).containsExactly("a", "b");
    assertThat(merged.more()).isTrue();
  }

  @Test
  void limitLeavesTheRestForTheNextPage() {
    var merged = ScanMerge.merge(List.of(page(false, "a", "c"), page(false, "b")), 2);

    assertThat(ids(merged)).containsExactly("a", "b");
    assertThat(merged.more()).isTrue();
  }

  @Test
  void idsSortByCodePointAsTheirUtf8Does() {
    String beyondBmp = "\uD83D\uDE00";

    var merged = ScanMerge.merge(List.of(page(false, beyondBmp), page(false, "\uFFFD")), 10);

    assertThat(ids(merged)).containsExactly("\uFFFD", beyondBmp);
  }

  @Test
  void largePointsMakeAShorterPageButNeverAnEmptyOne() {
    var large = new StoredPoint("a", Vector.of(1), Payload.of(new byte[2 << 20]), 1);
    var larger = new StoredPoint("b", Vector.of(1), Payload.of(new byte[4 << 20]), 1);

    var first = ScanMerge.merge(List.of(new ScanPage(List.of(large, larger), false)), 10);
    var second = ScanMerge.merge(List.of(new ScanPage(List.of(larger), false)), 10);

    assertThat(ids(first)).containsExactly("a");
    assertThat(first.more()).isTrue();
    assertThat(ids(second)).containsExactly("b");
    assertThat(second.more()).isFalse();
  }

  @Test
  void cursorNamesWhatItWasMadeOf() {
    var cursor =
        new Cursor(
            "naïve \uD83D\uDE00", Map.of(0, new Position(1, 2, 3), 7, new Position(9, 8, 0)));

    assertThat(Cursor.decode(cursor.encode())).isEqualTo(cursor);
  }

  @Test
  void malformedCursorIsTheCallersMistake() {
    for (String cursor :
        List.of("!", "AQ", "AWE", "AgAAAAF_", "AgAAAAUBAAEBAf8", "AgAAAP8BAAEBAWE")) {
      assertThatThrownBy(() -> Cursor.decode(cursor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("cursor: malformed (expected: next_cursor of an earlier page)");
    }
  }

  private static ScanPage page(boolean more, String... ids) {
    return new ScanPage(
        Arrays.stream(ids).map(id -> new StoredPoint(id, Vector.of(1), Payload.EMPTY, 1)).toList(),
        more);
  }

  private static List<String> ids(ScanPage page) {
    return page.points().stream().map(StoredPoint::id).toList();
  }
}
