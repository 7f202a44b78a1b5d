package io.quiverdb.core.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.storage.Seed;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class RowTagsTest {
  private static final int BODY_BYTES = PageFormat.ID_PAGE_BYTES - PageFormat.HEADER_BYTES;

  private record Page(int firstRow, List<byte[]> ids, IdPage body) {}

  @Test
  void findsOnEveryPageWhatASearchFinds() {
    var pages = pages(ids(new SplittableRandom(Seed.draw()), 3_000));
    var tags = new RowTags(rowCount(pages), pages.size());
    for (int number = 0; number < pages.size(); number++) {
      var page = pages.get(number);
      for (int index = 0; index < page.ids.size(); index++) {
        byte[] id = page.ids.get(index);
        assertThat(find(tags, number, page, id)).isEqualTo(index);
        assertThat(find(tags, number, page, Arrays.copyOf(id, id.length + 1))).isEqualTo(-1);
      }
    }
    // Ids of the neighbours, whose tags stand beside the page's.
    for (int number = 1; number < pages.size(); number++) {
      var page = pages.get(number);
      assertThat(find(tags, number, page, pages.get(number - 1).ids.getLast())).isEqualTo(-1);
      assertThat(find(tags, number - 1, pages.get(number - 1), page.ids.getFirst())).isEqualTo(-1);
    }
  }

  @Test
  void idsWithEqualTagsAreToldApart() {
    var equal =
        ids(new SplittableRandom(5), 30_000).stream()
            .filter(id -> IdHash.of(id) >>> 56 == 0x80)
            .toList();
    assertThat(equal).hasSizeGreaterThan(50);
    var pages = pages(equal);
    var tags = new RowTags(rowCount(pages), pages.size());

    for (int number = 0; number < pages.size(); number++) {
      var page = pages.get(number);
      for (int index = 0; index < page.ids.size(); index++) {
        assertThat(find(tags, number, page, page.ids.get(index))).isEqualTo(index);
      }
    }
  }

  private static int find(RowTags tags, int number, Page page, byte[] id) {
    return tags.find(number, page.firstRow, page.body, id, IdHash.of(id));
  }

  private static List<byte[]> ids(SplittableRandom random, int count) {
    var ids = new TreeSet<byte[]>(Arrays::compareUnsigned);
    while (ids.size() < count) {
      ids.add(
          Integer.toString(random.nextInt(Integer.MAX_VALUE), 36)
              .getBytes(StandardCharsets.US_ASCII));
    }
    return List.copyOf(ids);
  }

  private static List<Page> pages(List<byte[]> ids) {
    var pages = new ArrayList<Page>();
    var builder = new IdPageBuilder(BODY_BYTES);
    var onPage = new ArrayList<byte[]>();
    int firstRow = 0;
    for (var id : ids) {
      if (!builder.hasRoomFor(id)) {
        pages.add(page(firstRow, onPage, builder));
        firstRow += onPage.size();
        onPage.clear();
      }
      builder.add(
          new SegmentRow(id, MemorySegment.NULL, MemorySegment.ofArray(new byte[0]), 1, 2, 3), 0);
      onPage.add(id);
    }
    pages.add(page(firstRow, onPage, builder));
    return pages;
  }

  private static Page page(int firstRow, List<byte[]> ids, IdPageBuilder builder) {
    var body = MemorySegment.ofArray(new byte[BODY_BYTES]);
    int _ = builder.writeTo(body);
    return new Page(firstRow, List.copyOf(ids), new IdPage(body));
  }

  private static int rowCount(List<Page> pages) {
    return pages.getLast().firstRow + pages.getLast().ids.size();
  }
}
