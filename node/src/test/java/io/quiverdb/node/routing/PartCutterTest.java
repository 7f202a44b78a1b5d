package io.quiverdb.node.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.node.routing.PartCutter.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartCutterTest {
  private static final int HALF = PartCutter.PART_BYTES_MAX / 2 - PartCutter.ELEMENT_BYTES;

  @Test
  void elementsGoToTheirShardsInTheRequestsOrder() {
    var cut = PartCutter.cut(List.of(2, 0, 2, 1, 0), _ -> 10);

    assertThat(cut)
        .containsExactly(
            List.of(new Part(0, 0, List.of(1, 4))),
            List.of(new Part(1, 0, List.of(3))),
            List.of(new Part(2, 0, List.of(0, 2))));
  }

  @Test
  void partOfExactlyOneMebibyteIsNotCut() {
    var cut = PartCutter.cut(List.of(0, 0), _ -> HALF);

    assertThat(cut).containsExactly(List.of(new Part(0, 0, List.of(0, 1))));
  }

  @Test
  void partThatWouldExceedOneMebibyteIsCut() {
    var cut = PartCutter.cut(List.of(0, 0), index -> HALF + index);

    assertThat(cut)
        .containsExactly(List.of(new Part(0, 0, List.of(0)), new Part(0, 1, List.of(1))));
  }

  @Test
  void elementAboveOneMebibyteIsAPartOfItsOwn() {
    var cut = PartCutter.cut(List.of(0, 0, 0), index -> index == 1 ? 3 << 20 : 1);

    assertThat(cut.getFirst())
        .extracting(Part::indexes)
        .containsExactly(List.of(0), List.of(1), List.of(2));
  }

  @Test
  void everyElementIsInOnePartThatFits() {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("quiver.seed=" + seed);
    var random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int count = 1 + random.nextInt(400);
      List<Integer> shards = new ArrayList<>();
      List<Integer> bytes = new ArrayList<>();
      for (int index = 0; index < count; index++) {
        shards.add(random.nextInt(4));
        bytes.add(random.nextInt(100_000));
      }

      var cut = PartCutter.cut(shards, bytes::get);

      var parts = cut.stream().flatMap(List::stream).toList();
      assertThat(parts.stream().flatMap(part -> part.indexes().stream()).sorted().toList())
          .hasSize(count)
          .doesNotHaveDuplicates();
      assertThat(parts)
          .allSatisfy(
              part -> {
                assertThat(part.indexes()).isSorted();
                assertThat(part.indexes()).allMatch(index -> shards.get(index) == part.shard());
                assertThat(
                        part.indexes().stream()
                            .mapToLong(index -> bytes.get(index) + PartCutter.ELEMENT_BYTES)
                            .sum())
                    .isLessThanOrEqualTo(PartCutter.PART_BYTES_MAX);
              });
    }
  }
}
