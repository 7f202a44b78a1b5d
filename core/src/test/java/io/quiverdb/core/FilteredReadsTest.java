package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.filter.ModelFilter;
import io.quiverdb.core.filter.RandomFilters;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Filters in count, scan, search and [CollectionView#matchingIds], over buffers and segments with
/// and without secondary indexes.
final class FilteredReadsTest {
  private static final long INDEXED = 9;

  private final SimulatedStorage storage = new SimulatedStorage();
  private TestShard shard = new TestShard(storage, RequestWindow.BYTES_MAX);

  @AfterEach
  void close() {
    shard.close();
  }

  @Test
  void everyReadFindsWhatAModelFinds() {
    var random = new SplittableRandom(Seed.draw());
    var generator = new RandomFilters(random);
    create(
        new FilterableField("a", FilterableField.Type.NUMERIC),
        new FilterableField("b", FilterableField.Type.KEYWORD),
        new FilterableField("o.a", FilterableField.Type.KEYWORD));
    var model = new TreeMap<String, String>();
    for (int round = 0; round < 12; round++) {
      for (int write = 0; write < 40; write++) {
        write(random, generator, model);
      }
      switch (random.nextInt(5)) {
        case 0, 1 -> shard.store.checkpoint();
        case 2 -> reopen();
        case 3 -> declare(round, generator.fields());
        default -> {}
      }

      for (int query = 0; query < 40; query++) {
        assertFinds(generator.filter(), model, random);
      }
    }
  }

  private void write(SplittableRandom random, RandomFilters generator, Map<String, String> model) {
    String id = Integer.toString(random.nextInt(100, 250));
    if (random.nextInt(4) == 0) {
      var _ =
          shard.apply(shard.store.prepareDelete(shard.stamp(), INDEXED, List.of(id)).orElseThrow());
      model.remove(id);
    } else {
      String payload = generator.payload();
      upsert(id, payload);
      model.put(id, payload);
    }
  }

  private void assertFinds(
      Filter filter, SortedMap<String, String> model, SplittableRandom random) {
    var expected =
        model.entrySet().stream()
            .filter(point -> ModelFilter.matches(filter, point.getValue()))
            .map(point -> point.getKey())
            .toList();
    var view = shard.view().collection(INDEXED).orElseThrow();
    var after = Integer.toString(random.nextInt(100, 250));
    int k = random.nextInt(1, 200);

    assertThat(view.count(Optional.of(filter))).as("%s", filter).isEqualTo(expected.size());
    assertThat(ids(view.scan(Optional.empty(), 1000, Long.MAX_VALUE, Optional.of(filter))))
        .as("%s", filter)
        .isEqualTo(expected);
    assertThat(ids(view.scan(Optional.of(after), 1000, Long.MAX_VALUE, Optional.of(filter))))
        .as("%s after %s", filter, after)
        .isEqualTo(expected.stream().filter(id -> id.compareTo(after) > 0).toList());
    var query = new Query(Vector.of(0, 0, 0, 0), k, Optional.of(filter), false, false);
    assertThat(view.search(query))
        .as("%s", filter)
        .extracting(Hit::id)
        .containsExactlyElementsOf(expected.stream().limit(k).toList());
    if (QueryStatistics.undeclaredFields(filter, view.settings()).isEmpty()) {
      assertThat(view.matchingIds(filter)).isEqualTo(expected);
    }
  }

  @Test
  void indexedFieldsSparePayloadsAndOthersAreNamed() {
    create(new FilterableField("lang", FilterableField.Type.KEYWORD));
    for (int point = 0; point < 100; point++) {
      upsert("p" + point, "{\"lang\":\"" + (point % 10 == 0 ? "en" : "fr") + "\",\"n\":1}");
    }
    shard.store.checkpoint();

    var indexed = statistics(new Filter.Eq("lang", new Value.Text("en")));
    var undeclared = statistics(new Filter.Eq("n", new Value.Whole(1)));
    var both =
        statistics(
            new Filter.And(
                List.of(
                    new Filter.Eq("n", new Value.Whole(1)),
                    new Filter.Eq("lang", new Value.Text("en")))));

    assertThat(indexed.rowsVisited()).isEqualTo(10);
    assertThat(indexed.payloadsEvaluated()).isZero();
    assertThat(indexed.undeclaredFields()).isEmpty();
    assertThat(undeclared.payloadsEvaluated()).isEqualTo(100);
    assertThat(undeclared.undeclaredFields()).containsExactly("n");
    assertThat(both.payloadsEvaluated()).isEqualTo(10);
    assertThat(both.undeclaredFields()).containsExactly("n");
  }

  private QueryStatistics statistics(Filter filter) {
    var statistics = new QueryStatistics();
    var view = shard.view().collection(INDEXED).orElseThrow();
    var _ =
        view.search(
            new Query(Vector.of(0, 0, 0, 0), 100, Optional.of(filter), false, false),
            statistics,
            () -> false);
    return statistics;
  }

  @Test
  void fieldDeclaredLaterIsIndexedInNewSegmentsAndEvaluatedInOldOnes() {
    create();
    upsert("old", "{\"lang\":\"en\"}");
    shard.store.checkpoint();
    declare(0, List.of(new FilterableField("lang", FilterableField.Type.KEYWORD)));
    upsert("new", "{\"lang\":\"en\"}");
    shard.store.checkpoint();
    upsert("fresh", "{\"lang\":\"en\"}");
    var english = new Filter.Eq("lang", new Value.Text("en"));

    var statistics = statistics(english);

    var view = shard.view().collection(INDEXED).orElseThrow();
    assertThat(view.matchingIds(english)).containsExactly("fresh", "new", "old");
    assertThat(statistics.payloadsEvaluated()).isEqualTo(2);
    assertThat(statistics.undeclaredFields()).isEmpty();
  }

  @Test
  void compactionIndexesTheFieldsThatAreFilterableByThen() {
    var english = new Filter.Eq("lang", new Value.Text("en"));
    create(new FilterableField("year", FilterableField.Type.NUMERIC));
    upsert("a", "{\"lang\":\"en\",\"year\":1}");
    upsert("b", "{\"lang\":\"fr\",\"year\":2}");
    shard.store.checkpoint();
    declare(0, List.of(new FilterableField("lang", FilterableField.Type.KEYWORD)));
    assertThat(statistics(english).payloadsEvaluated()).isEqualTo(2);

    shard.store.compact(INDEXED);

    assertThat(statistics(english).payloadsEvaluated()).isZero();
    assertThat(statistics(english).rowsVisited()).isEqualTo(1);

    declare(1, List.of());
    shard.store.compact(INDEXED);

    assertThat(storage.files()).noneMatch(path -> path.endsWith(".sec"));
    var files = storage.files();
    shard.store.compact(INDEXED);
    assertThat(storage.files()).as("nothing is left to be done").isEqualTo(files);
  }

  private void declare(int round, List<FilterableField> fields) {
    var outcome =
        shard.apply(
            shard.store.prepareUpdateSettings(
                shard.stamp(), INDEXED, 3L + round, new Settings(fields)));
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void matchingIdsOfAnUndeclaredFieldIsRefused() {
    create(new FilterableField("lang", FilterableField.Type.KEYWORD));
    var view = shard.view().collection(INDEXED).orElseThrow();

    assertThatThrownBy(() -> view.matchingIds(new Filter.Exists("year")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("field: \"year\" (expected: one that is filterable)");
  }

  @Test
  void collectionWithoutFilterableFieldsHasNoIndexFile() {
    var _ = shard.upsert(TestShard.point("a", 1));
    shard.store.checkpoint();

    assertThat(storage.files()).noneMatch(path -> path.endsWith(".sec"));
  }

  private static List<String> ids(ScanPage page) {
    return page.points().stream().map(StoredPoint::id).toList();
  }

  private void create(FilterableField... fields) {
    var _ =
        shard.apply(
            shard.store.prepareCreateCollection(
                shard.stamp(),
                INDEXED,
                2,
                "indexed",
                new Descriptor(4, Metric.L2_SQUARED),
                new Settings(List.of(fields)),
                TestKeys.SHARED.wrapped(INDEXED)));
  }

  private void upsert(String id, String payload) {
    var point =
        new Point(id, Vector.of(1, 0, 0, 0), Payload.of(payload.getBytes(StandardCharsets.UTF_8)));
    var _ = shard.apply(shard.store.prepareUpsert(shard.stamp(), INDEXED, List.of(point)));
  }

  private void reopen() {
    shard.store.checkpoint();
    shard.close();
    shard = new TestShard(storage, RequestWindow.BYTES_MAX);
  }
}
