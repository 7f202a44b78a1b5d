package io.quiverdb.core.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Metric;
import io.quiverdb.core.storage.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TopKTest {
  @Test
  void keepsTheNearestAndBreaksTiesById() {
    var random = new SplittableRandom(Seed.draw());
    for (var metric : Metric.values()) {
      for (int round = 0; round < 200; round++) {
        int k = random.nextInt(1, 8);
        var top = new TopK<String>(k, metric);
        var offered = new ArrayList<TopK.Candidate<String>>();
        for (int index = 0; index < random.nextInt(30); index++) {
          String id = index + "é" + random.nextInt();
          offer(top, offered, random.nextInt(4), id);
        }

        var byScore = Comparator.<TopK.Candidate<String>>comparingDouble(TopK.Candidate::score);
        List<String> expected =
            offered.stream()
                .sorted(
                    (metric == Metric.L2_SQUARED ? byScore : byScore.reversed())
                        .thenComparing(TopK.Candidate::row))
                .limit(k)
                .map(TopK.Candidate::row)
                .toList();
        assertThat(top.nearestFirst().stream().map(TopK.Candidate::row).toList())
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void worseScoreIsBeyondOnlyWhereThereAreEnoughBetterOnes() {
    for (var metric : Metric.values()) {
      float worse = metric == Metric.L2_SQUARED ? 2 : 0;
      var top = new TopK<String>(2, metric);
      offer(top, new ArrayList<>(), 1, "a");
      assertThat(top.isBeyond(worse)).isFalse();
      offer(top, new ArrayList<>(), 1, "b");
      assertThat(top.isBeyond(worse)).isTrue();
      // Its id may be less.
      assertThat(top.isBeyond(1)).isFalse();
    }
  }

  @Test
  void whatIsTakenOutCanBeOfferedAgain() {
    var top = new TopK<String>(2, Metric.COSINE);
    for (String id : List.of("a", "b", "c")) {
      offer(top, new ArrayList<>(), 1, id);
    }
    top.remove(id -> id.equals("a"));
    offer(top, new ArrayList<>(), 1, "a");
    assertThat(top.nearestFirst().stream().map(TopK.Candidate::row)).containsExactly("a", "b");
  }

  private static void offer(
      TopK<String> top, List<TopK.Candidate<String>> offered, float score, String id) {
    byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
    offered.add(new TopK.Candidate<>(score, utf8, id));
    if (top.wants(score, () -> utf8)) {
      top.add(score, utf8, id);
    }
  }
}
