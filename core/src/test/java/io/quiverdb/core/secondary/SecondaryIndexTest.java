package io.quiverdb.core.secondary;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.filter.ModelFilter;
import io.quiverdb.core.filter.RandomFilters;
import io.quiverdb.core.storage.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

final class SecondaryIndexTest {
  private static final FilterableField KEYWORD =
      new FilterableField("k", FilterableField.Type.KEYWORD);
  private static final FilterableField NUMERIC =
      new FilterableField("n", FilterableField.Type.NUMERIC);

  @Test
  void candidatesHoldWhatMatchesAndNothingCertainThatDoesNot() {
    var random = new SplittableRandom(Seed.draw());
    var generator = new RandomFilters(random);
    for (int round = 0; round < 60; round++) {
      var payloads = Stream.generate(generator::payload).limit(random.nextInt(1, 200)).toList();
      long bytesMax = random.nextInt(4) == 0 ? random.nextInt(500) : Long.MAX_VALUE;
      var index = write(payloads, generator.fields(), bytesMax);
      for (int query = 0; query < 50; query++) {
        var filter = generator.filter();

        var candidates = Candidates.of(filter, index, payloads.size());

        var matching = matching(filter, payloads);
        assertThat(RoaringBitmap.andNot(candidates.certain(), matching)).as("%s", filter).isEmpty();
        assertThat(RoaringBitmap.andNot(matching, candidates.possible()))
            .as("%s", filter)
            .isEmpty();
      }
    }
  }

  @Test
  void rangesOverManyKeysAreExact() {
    var random = new SplittableRandom(Seed.draw());
    for (int keyCount : List.of(1, 63, 64, 65, 4095, 4096, 4097, 20_000)) {
      var numbers = new ArrayList<Long>();
      for (int number = 0; number < keyCount; number++) {
        numbers.add(random.nextInt(number + 1), 2L * number);
      }
      var payloads = numbers.stream().map(number -> "{\"n\":" + number + "}").toList();
      var index = write(payloads, List.of(NUMERIC), Long.MAX_VALUE);
      for (int query = 0; query < 50; query++) {
        long from = random.nextLong(-3, 2L * keyCount + 3);
        long to = random.nextLong(-3, 2L * keyCount + 3);
        var filter =
            new Filter.Range(
                "n",
                Optional.of(new Bound(new Value.Whole(from), random.nextBoolean())),
                Optional.of(new Bound(new Value.Whole(to), random.nextBoolean())));

        var candidates = Candidates.of(filter, index, keyCount);

        assertThat(candidates.certain()).as("%s", filter).isEqualTo(between(filter, numbers));
        assertThat(candidates.possible()).isEqualTo(candidates.certain());
      }
    }
  }

  private static RoaringBitmap between(Filter.Range filter, List<Long> numbers) {
    var lower = filter.lower().orElseThrow();
    var upper = filter.upper().orElseThrow();
    long from = ((Value.Whole) lower.value()).number() + (lower.inclusive() ? 0 : 1);
    long to = ((Value.Whole) upper.value()).number() - (upper.inclusive() ? 0 : 1);
    var rows = new RoaringBitmap();
    for (int row = 0; row < numbers.size(); row++) {
      if (numbers.get(row) >= from && numbers.get(row) <= to) {
        rows.add(row);
      }
    }
    return rows;
  }

  @Test
  void indexedFieldsLeaveNothingToPayloads() {
    var index =
        write(
            List.of(
                "{\"k\":\"a\",\"n\":[1,2]}",
                "{\"k\":[\"b\",\"a\"]}",
                "{\"n\":9007199254740993}",
                "{\"k\":5}",
                "no JSON",
                "{\"k\":null,\"n\":-0.0}"),
            List.of(KEYWORD, NUMERIC),
            Long.MAX_VALUE);

    assertExactly(index, eq("k", new Value.Text("a")), 0, 1);
    assertExactly(index, new Filter.Exists("k"), 0, 1, 3);
    assertExactly(index, new Filter.Not(eq("k", new Value.Text("a"))), 2, 3, 4, 5);
    assertExactly(index, eq("n", new Value.Whole(9_007_199_254_740_992L)));
    assertExactly(index, eq("n", new Value.Whole(9_007_199_254_740_993L)), 2);
    assertExactly(index, eq("n", new Value.Real(0)), 5);
    assertExactly(
        index,
        new Filter.And(List.of(eq("k", new Value.Text("a")), eq("n", new Value.Whole(2)))),
        0);
    assertExactly(
        index,
        new Filter.In("n", List.of(new Value.Whole(1), new Value.Whole(0), new Value.Text("a"))),
        0,
        5);
  }

  private static void assertExactly(SecondaryIndex index, Filter filter, int... rows) {
    var candidates = Candidates.of(filter, index, 6);

    assertThat(candidates.certain()).as("%s", filter).isEqualTo(RoaringBitmap.bitmapOf(rows));
    assertThat(candidates.possible()).as("%s", filter).isEqualTo(candidates.certain());
  }

  @Test
  void valuesOfOtherTypesAndWithoutKeyAreLeftToPayloads() {
    String longText = "x".repeat(SecondaryFormat.KEY_BYTES_MAX + 1);
    var index =
        write(
            List.of("{\"k\":5}", "{\"k\":\"a\"}", "{\"k\":\"" + longText + "\"}"),
            List.of(KEYWORD),
            Long.MAX_VALUE);

    var five = Candidates.of(eq("k", new Value.Whole(5)), index, 3);
    var text = Candidates.of(eq("k", new Value.Text("a")), index, 3);
    var undeclared = Candidates.of(eq("n", new Value.Whole(5)), index, 3);

    assertThat(five).isEqualTo(new Candidates(new RoaringBitmap(), RoaringBitmap.bitmapOf(0)));
    assertThat(text)
        .isEqualTo(new Candidates(RoaringBitmap.bitmapOf(1), RoaringBitmap.bitmapOf(1, 2)));
    assertThat(undeclared)
        .isEqualTo(new Candidates(new RoaringBitmap(), RoaringBitmap.bitmapOf(0, 1, 2)));
  }

  /// A file that passed its checks may name them all the same.
  @Test
  void rowsThatThereAreNotMatchNothing() {
    var payload = "{\"k\":\"a\"}".getBytes(StandardCharsets.UTF_8);
    for (int beyond : List.of(3, Integer.MAX_VALUE, Integer.MIN_VALUE, -1)) {
      var index = WrittenIndex.ofRows(List.of(1, beyond), payload, List.of(KEYWORD));

      var found = Candidates.of(eq("k", new Value.Text("a")), index, 3);

      assertThat(found.certain()).as("row %d", beyond).isEqualTo(RoaringBitmap.bitmapOf(1));
      assertThat(found.possible()).as("row %d", beyond).isEqualTo(RoaringBitmap.bitmapOf(1));
    }
  }

  private static Filter eq(String path, Value value) {
    return new Filter.Eq(path, value);
  }

  private static RoaringBitmap matching(Filter filter, List<String> payloads) {
    var rows = new RoaringBitmap();
    for (int row = 0; row < payloads.size(); row++) {
      if (ModelFilter.matches(filter, payloads.get(row))) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static SecondaryIndex write(
      List<String> payloads, List<FilterableField> fields, long bytesMax) {
    return WrittenIndex.of(
        payloads.stream().map(payload -> payload.getBytes(StandardCharsets.UTF_8)).toList(),
        fields,
        bytesMax);
  }
}
