package io.quiverdb.jepsen.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GrudgeTest {
  private static final int NODES_MAX = 9;
  private static final int SEEDS = 50;

  @FunctionalInterface
  private interface Shape {
    Grudge draw(int nodes, RandomGenerator random);
  }

  @Test
  void whoIsAloneIsTold() {
    var one = Grudge.isolated(3, 2);

    assertThat(one.alone(3)).containsExactly(2);
    assertThat(one.deaf()).containsExactly(0, 1, 2);
    assertThat(Grudge.bridge(5, new Random(1)).alone(5)).isEmpty();
    assertThat(Grudge.oneWay(3, new Random(1)).alone(3)).isEmpty();
  }

  @Test
  void halvesAreTwoGroupsThatDifferByAtMostOneNode() {
    forEach(
        2,
        Grudge::halves,
        (nodes, grudge) -> {
          var groups =
              IntStream.range(0, nodes)
                  .mapToObj(node -> heardBy(grudge, nodes, node))
                  .collect(Collectors.toSet());
          assertThat(groups).hasSize(2);
          assertThat(groups.stream().mapToInt(Set::size).sum()).isEqualTo(nodes);
          assertThat(groups).anySatisfy(group -> assertThat(group).hasSize(nodes / 2));
          assertThat(isSymmetric(grudge)).isTrue();
        });
  }

  @Test
  void oneWayBlocksHalfOfWhatHalvesDo() {
    forEach(
        2,
        Grudge::oneWay,
        (nodes, grudge) -> {
          assertThat(grudge.blocked()).hasSize((nodes / 2) * (nodes - nodes / 2));
          var from = grudge.blocked().stream().map(Link::from).collect(Collectors.toSet());
          var to = grudge.blocked().stream().map(Link::to).collect(Collectors.toSet());
          assertThat(from).doesNotContainAnyElementsOf(to);
          assertThat(from.size() + to.size()).isEqualTo(nodes);
        });
  }

  @Test
  void oneWayMakesEitherSideDeaf() {
    var sizes = new HashSet<Long>();
    forEach(
        5,
        Grudge::oneWay,
        (nodes, grudge) -> {
          if (nodes == 5) {
            sizes.add(grudge.blocked().stream().map(Link::to).distinct().count());
          }
        });
    assertThat(sizes).containsExactlyInAnyOrder(2L, 3L);
  }

  @Test
  void onAMajoritiesRingEveryNodeHearsAMajorityAndNoTwoTheSame() {
    forEach(
        3,
        Grudge::majoritiesRing,
        (nodes, grudge) -> {
          var heard =
              IntStream.range(0, nodes).mapToObj(node -> heardBy(grudge, nodes, node)).toList();
          assertThat(heard).allSatisfy(one -> assertThat(one.size()).isGreaterThan(nodes / 2));
          assertThat(heard).doesNotHaveDuplicates();
          assertThat(grudge.blocked()).isNotEmpty();
          assertThat(isSymmetric(grudge)).isEqualTo(nodes > 3);
        });
  }

  @Test
  void aBridgeHearsAllAndIsAllThatJoinsTheHalves() {
    forEach(
        3,
        Grudge::bridge,
        (nodes, grudge) -> {
          var heard =
              IntStream.range(0, nodes).mapToObj(node -> heardBy(grudge, nodes, node)).toList();
          assertThat(heard.stream().filter(one -> one.size() == nodes)).hasSize(1);
          int side = (nodes - 1) / 2;
          assertThat(heard)
              .filteredOn(one -> one.size() < nodes)
              .allSatisfy(one -> assertThat(one.size()).isIn(side + 1, nodes - side));
          assertThat(isSymmetric(grudge)).isTrue();
        });
  }

  @Test
  void anIsolatedNodeHearsNobodyAndTheOthersHearEachOther() {
    assertThat(Grudge.isolated(3, 1)).hasToString("0>1 1>0 1>2 2>1");
    forEach(
        2,
        Grudge::isolated,
        (nodes, grudge) ->
            assertThat(
                    IntStream.range(0, nodes)
                        .filter(node -> heardBy(grudge, nodes, node).size() == 1)
                        .count())
                .isEqualTo(nodes == 2 ? 2 : 1));
  }

  @Test
  void theSameSeedDrawsTheSameGrudge() {
    for (Shape shape :
        new Shape[] {Grudge::halves, Grudge::oneWay, Grudge::majoritiesRing, Grudge::bridge}) {
      assertThat(shape.draw(5, new SplittableRandom(3)))
          .isEqualTo(shape.draw(5, new SplittableRandom(3)));
    }
  }

  @Test
  void differentSeedsDrawDifferentGrudges() {
    for (Shape shape :
        new Shape[] {
          Grudge::halves, Grudge::oneWay, Grudge::majoritiesRing, Grudge::bridge, Grudge::isolated
        }) {
      var drawn = new HashSet<Grudge>();
      for (int seed = 0; seed < SEEDS; seed++) {
        drawn.add(shape.draw(5, new SplittableRandom(seed)));
      }
      assertThat(drawn).hasSizeGreaterThanOrEqualTo(5);
    }
  }

  @Test
  void sidesThatAreNamedDoNotHearEachOther() {
    assertThat(Grudge.between(Set.of(0), Set.of(2))).hasToString("0>2 2>0");
  }

  @Test
  void tooFewNodesAreRefused() {
    assertThatThrownBy(() -> Grudge.bridge(2, new SplittableRandom(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nodes: 2 (expected: at least 3)");
    assertThatThrownBy(() -> Grudge.isolated(3, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("node: 3 (expected: 0 to 2)");
  }

  private static void forEach(int least, Shape shape, BiConsumer<Integer, Grudge> claim) {
    for (int nodes = least; nodes <= NODES_MAX; nodes++) {
      for (int seed = 0; seed < SEEDS; seed++) {
        claim.accept(nodes, shape.draw(nodes, new SplittableRandom(seed)));
      }
    }
  }

  /// Itself counted.
  private static Set<Integer> heardBy(Grudge grudge, int nodes, int node) {
    return IntStream.range(0, nodes)
        .filter(from -> from == node || !grudge.blocked().contains(Link.between(from, node)))
        .boxed()
        .collect(Collectors.toSet());
  }

  private static boolean isSymmetric(Grudge grudge) {
    return grudge.blocked().stream().allMatch(link -> grudge.blocked().contains(link.reverse()));
  }
}
