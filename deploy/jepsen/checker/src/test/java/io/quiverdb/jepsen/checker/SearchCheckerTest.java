package io.quiverdb.jepsen.checker;

import static io.quiverdb.jepsen.checker.Scenario.approximate;
import static io.quiverdb.jepsen.checker.Scenario.exact;
import static io.quiverdb.jepsen.checker.Scenario.hit;
import static io.quiverdb.jepsen.checker.Scenario.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Hit;
import io.quiverdb.jepsen.history.Operation;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SearchCheckerTest {
  private final Scenario scenario = new Scenario();

  @Test
  void nearestLivePointsAreGood() {
    fourPoints();
    scenario.searches(hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4));
    scenario.deletes("b");
    scenario.searches(hit("a", "a1", 1), hit("c", "c1", 4), hit("d", "d1", 9));
    scenario.deletes("c");
    scenario.searches(hit("a", "a1", 1), hit("d", "d1", 9));

    assertValid();
    assertThat(check().judgedCount()).isEqualTo(3);
  }

  @Test
  void pointNearerThanTheWorstHitIsMissed() {
    fourPoints();
    scenario.searches(hit("a", "a1", 1), hit("c", "c1", 4), hit("d", "d1", 9));

    assertAccused("missed by an exact search, at distance 2.0");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void anyPointIsMissedWhereThereAreTooFewHits() {
    fourPoints();
    scenario.searches(hit("a", "a1", 1), hit("b", "b1", 2));

    assertAccused("missed by an exact search, at distance 4.0");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void ofEquallyNearPointsTheLesserIdIsMissed() {
    fourPoints();
    scenario.upserts("cc", "cc1", 0, 2);
    scenario.searches(hit("a", "a1", 1), hit("b", "b1", 2), hit("cc", "cc1", 4));

    assertAccused("missed by an exact search, at distance 4.0");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void pointThatIsWrittenDuringASearchMayBeMissed() {
    var write = scenario.start("a", upsert("a1", 1, 0));
    var search = scenario.start(exact());
    write.ok();
    search.ok(new Answer.Hits(List.of()));
    scenario.start("b", upsert("b1", 1, 1)).info();
    scenario.searches(hit("a", "a1", 1));
    scenario.searches(hit("a", "a1", 1), hit("b", "b1", 2));

    assertValid();
  }

  @Test
  void unknownWriteThatWasSeenIsMissedAfterwards() {
    scenario.start("b", upsert("b1", 1, 1)).info();
    scenario.searches(hit("b", "b1", 2));
    scenario.searches();

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void pointThatHasMovedAwayMayBeMissed() {
    fourPoints();
    scenario.upserts("a", "a2", 9, 9);
    scenario.searches(hit("b", "b1", 2), hit("c", "c1", 4), hit("d", "d1", 9));

    assertValid();
  }

  @Test
  void oldPlaceOfAPointIsStale() {
    fourPoints();
    scenario.upserts("a", "a2", 9, 9);
    scenario.searches(hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4));

    assertAccused("stale");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void deletedPointIsResurrected() {
    scenario.upserts("a", "a1", 1, 0);
    scenario.deletes("a");
    scenario.start(approximate()).ok(new Answer.Hits(List.of(hit("a", "a1", 1))));

    assertAccused("resurrected");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void wrongScoreIsAccused() {
    fourPoints();
    scenario.searches(hit("a", "a1", 1), hit("b", "b1", 3), hit("c", "c1", 4));

    assertAccused("the score of b is wrong (expected: 2.0)");
  }

  @Test
  void singlePrecisionOfAScoreIsGood() {
    scenario.upserts("a", "a1", 0.1, 0.7);
    scenario.searches(hit("a", "a1", (float) (0.1 * 0.1 + 0.7 * 0.7)));

    assertValid();
  }

  @Test
  void pointFoundTwiceIsAccused() {
    scenario.upserts("a", "a1", 1, 0);
    scenario.searches(hit("a", "a1", 1), hit("a", "a1", 1));

    assertThat(check().violations())
        .extracting(Violation::claim)
        .contains("a point is found twice");
  }

  @Test
  void wrongOrderIsAccused() {
    fourPoints();
    scenario.searches(hit("b", "b1", 2), hit("a", "a1", 1), hit("c", "c1", 4));

    assertAccused("hits are not in order at a");
  }

  @Test
  void tiesAreOrderedById() {
    scenario.upserts("x", "x1", 1, 0);
    scenario.upserts("y", "y1", 0, 1);
    scenario.searches(hit("y", "y1", 1), hit("x", "x1", 1));

    assertAccused("hits are not in order at x");
  }

  @Test
  void moreHitsThanAskedForAreAccused() {
    fourPoints();
    scenario.searches(hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4), hit("d", "d1", 9));

    assertAccused("more hits than asked for");
  }

  @Test
  void approximateSearchMayMissALittle() {
    fourPoints();
    searchesApproximately(99, hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4));
    searchesApproximately(1, hit("a", "a1", 1), hit("b", "b1", 2), hit("d", "d1", 9));

    assertValid();
  }

  @Test
  void recallBelowTheFloorIsAccusedWithTheWorstSearches() {
    fourPoints();
    searchesApproximately(24, hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4));
    searchesApproximately(6, hit("a", "a1", 1), hit("b", "b1", 2), hit("d", "d1", 9));

    assertAccused("recall 0.9333 of 30 searches (expected: at least 0.95)");
    assertThat(check().violations().getFirst().calls())
        .hasSize(3)
        .allSatisfy(call -> assertThat(call.answer().orElseThrow().toString()).contains("d1"));
    assertThat(order().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void recallOfAFewSearchesIsUnknown() {
    fourPoints();
    searchesApproximately(28, hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4));
    searchesApproximately(1, hit("b", "b1", 2), hit("c", "c1", 4), hit("d", "d1", 9));

    assertThat(check().verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(check().unknown())
        .containsExactly("collection c: recall of 29 searches (expected: at least 30)");

    assertThat(new SearchChecker(0).check(scenario.history()).verdict()).isEqualTo(Verdict.VALID);
    searchesApproximately(1, hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4));
    assertValid();
  }

  @Test
  void searchesThatHadNothingToFindTellNoRecall() {
    scenario.start("a", upsert("a1", 1, 0)).info();
    searchesApproximately(100);

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    scenario.upserts("b", "b1", 1, 1);
    searchesApproximately(29, hit("b", "b1", 2));
    assertThat(check().verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void recallIsOfEachCollectionByItself() {
    for (var collection : List.of("good", "bad")) {
      scenario.start(collection, "a", upsert("a1", 1, 0)).ok();
      scenario.start(collection, "b", upsert("b1", 2, 0)).ok();
      for (int search = 0; search < 100; search++) {
        scenario
            .start(collection, "", new Operation.Search(List.of(0.0, 0.0), 1, false))
            .ok(
                new Answer.Hits(
                    List.of(isGood(collection, search) ? hit("a", "a1", 1) : hit("b", "b1", 4))));
      }
    }

    assertAccused("recall 0.9400 of 100 searches (expected: at least 0.95)");
    assertThat(check().violations().getFirst().subject()).isEqualTo("collection bad");
  }

  private static boolean isGood(String collection, int search) {
    return search >= (collection.equals("bad") ? 6 : 5);
  }

  /// It takes no place of what was live all the time.
  @Test
  void pointThatWasLiveDuringAPartOfASearchIsNotMissed() {
    fourPoints();
    for (int search = 0; search < 30; search++) {
      var write = scenario.start("near", upsert("near" + search, 0, 0));
      var without = scenario.start(approximate());
      var with = scenario.start(approximate());
      write.ok();
      without.ok(new Answer.Hits(List.of(hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4))));
      with.ok(
          new Answer.Hits(
              List.of(hit("near", "near" + search, 0), hit("a", "a1", 1), hit("b", "b1", 2))));
      scenario.deletes("near");
    }

    assertValid();
  }

  @Test
  void approximateSearchIsNotShort() {
    fourPoints();
    searchesApproximately(99, hit("a", "a1", 1), hit("b", "b1", 2), hit("c", "c1", 4));
    searchesApproximately(1, hit("a", "a1", 1), hit("b", "b1", 2));

    assertAccused("2 hits are too few: 4 points are live");
  }

  @Test
  void recallFloorIsAFraction() {
    assertThatThrownBy(() -> new SearchChecker(95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("recallFloor: 95.0 (expected: 0 to 1)");
  }

  @Test
  void pointWithoutAVectorIsNotExpected() {
    scenario.writes("a", "1");
    scenario.searches();
    scenario.start("b", new Operation.Increment(1)).ok();
    scenario.searches();

    assertValid();
  }

  @Test
  void valueInTwoPlacesTellsNoDistance() {
    scenario.upserts("a", "a1", 9, 9);
    scenario.upserts("a", "a1", 1, 0);
    scenario.searches(hit("a", "a1", 1));

    assertValid();
  }

  private void fourPoints() {
    scenario.upserts("a", "a1", 1, 0);
    scenario.upserts("b", "b1", 1, 1);
    scenario.upserts("c", "c1", 2, 0);
    scenario.upserts("d", "d1", 3, 0);
  }

  private void searchesApproximately(int times, Hit... hits) {
    for (int i = 0; i < times; i++) {
      scenario.start(approximate()).ok(new Answer.Hits(List.of(hits)));
    }
  }

  private Finding check() {
    return new SearchChecker(0.95).check(scenario.history());
  }

  private Finding order() {
    return new LinearizabilityChecker().check(scenario.history());
  }

  private void assertValid() {
    assertThat(check().violations()).isEmpty();
    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    assertThat(order().violations()).isEmpty();
  }

  private void assertAccused(String claimStart) {
    assertThat(check().violations()).hasSize(1);
    assertThat(check().violations().getFirst().claim()).startsWith(claimStart);
    assertThat(check().violations().getFirst().calls()).isNotEmpty();
  }
}
