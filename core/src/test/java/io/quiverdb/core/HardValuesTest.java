package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.SimulatedStorage;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Ids, floats, numbers and documents at the edge of what there is come back as they were given,
/// wherever their rows lie.
final class HardValuesTest {
  private static final String DOCS = "docs";
  private static final int JSON_LEVELS = 32;

  /// Where the rows lie when they are asked for.
  enum Place {
    BUFFER,
    SEGMENT,
    MERGED_SEGMENT,
    REPLAYED_LOG,
    REOPENED_SEGMENT,
    INSTALLED_SNAPSHOT,
    RESTORED_OPERATIONS
  }

  private final String deepPath =
      String.join(".", IntStream.range(0, JSON_LEVELS).mapToObj(level -> "l" + level).toList());

  private final Settings settings =
      new Settings(
          List.of(
              new FilterableField("n", FilterableField.Type.NUMERIC),
              new FilterableField(deepPath, FilterableField.Type.NUMERIC)));

  private static Store open(SimulatedStorage storage) {
    return Store.openWithoutBackground(storage, TestKeys.SHARED.keyRing(), StoreOptions.standard());
  }

  /// Writes points, brings them to a place, and has them looked at there.
  private void check(Place place, List<Point> points, Consumer<Store> check) {
    var storage = new SimulatedStorage();
    var store = open(storage);
    int dimension = points.getFirst().vector().dimension();
    long _ = store.createCollection(DOCS, new Descriptor(dimension, Metric.DOT), settings);
    var behind = storage.copy();
    long _ = store.upsertBatch(DOCS, points);
    switch (place) {
      case BUFFER -> check.accept(store);
      case SEGMENT -> {
        var _ = store.checkpoint();
        check.accept(store);
      }
      case MERGED_SEGMENT -> {
        var _ = store.checkpoint();
        long _ = store.upsert(DOCS, new Point("other", points.getFirst().vector(), Payload.EMPTY));
        store.compact();
        boolean _ = store.delete(DOCS, "other");
        check.accept(store);
      }
      case REPLAYED_LOG -> check.accept(open(storage.afterKill()));
      case REOPENED_SEGMENT -> {
        store.close();
        check.accept(open(storage));
      }
      case INSTALLED_SNAPSHOT -> {
        var _ = store.checkpoint();
        var installed = open(behind);
        try (var snapshot = store.replicationSnapshot()) {
          installed.installSnapshot(snapshot.files());
        }
        check.accept(installed);
      }
      case RESTORED_OPERATIONS -> {
        var _ = store.checkpoint();
        var target = new SimulatedStorage();
        try (var snapshot = store.replicationSnapshot()) {
          Store.restore(target, StoreOptions.standard(), TestKeys.SHARED.keyRing(), snapshot.ops());
        }
        check.accept(open(target));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void idsThatDifferOnlyInNormalisationStayApart(Place place) {
    // Composed and decomposed; a compatibility form; Ångström sign and letter; Hangul.
    var ids =
        List.of(
            "\u00e9",
            "e\u0301",
            "fi",
            "\ufb01",
            "\u212b",
            "\u00c5",
            "A\u030a",
            "\ud55c",
            "\u1112\u1161\u11ab");
    var points = ids.stream().map(id -> new Point(id, Vector.of(id.length()), json(id))).toList();

    check(
        place,
        points,
        store -> {
          for (var point : points) {
            assertThat(store.get(DOCS, point.id()).orElseThrow().payload())
                .isEqualTo(point.payload());
          }
          assertThat(store.len(DOCS)).isEqualTo(ids.size());
          assertThat(store.scan(DOCS, Optional.empty()).map(StoredPoint::id))
              .containsExactlyElementsOf(ids.stream().sorted(PointIds.ORDER).toList());
        });
  }

  private static Payload json(String text) {
    return Payload.ofJson("{\"text\":\"" + text + "\"}");
  }

  @ParameterizedTest
  @EnumSource
  void floatsComeBackBitByBit(Place place) {
    float[] hard = {
      -0f,
      0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Math.nextDown(Float.MIN_NORMAL),
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Math.nextDown(1f)
    };
    var points =
        IntStream.range(0, hard.length)
            .mapToObj(
                i ->
                    new Point(
                        "id-" + i, Vector.of(hard[i], hard[(i + 1) % hard.length]), Payload.EMPTY))
            .toList();

    check(
        place,
        points,
        store -> {
          for (var point : points) {
            assertThat(store.get(DOCS, point.id()).orElseThrow().vector().toLittleEndian())
                .isEqualTo(point.vector().toLittleEndian());
          }
          var query = new Query(points.getFirst().vector(), 100, Optional.empty(), false, true);
          assertThat(store.search(DOCS, query))
              .allSatisfy(hit -> assertThat(hit.score()).isFinite())
              .hasSize(points.size());
        });
  }

  @ParameterizedTest
  @EnumSource
  void numbersAreToldApartWhereDoublesAreNot(Place place) {
    var above = BigInteger.TWO.pow(64);
    var numbers =
        List.of(
            "9007199254740991",
            "9007199254740992",
            "9007199254740993",
            "-9007199254740993",
            "-9007199254740992",
            "9223372036854775806",
            "9223372036854775807",
            "-9223372036854775808",
            above.toString(),
            "1e400",
            "-1e400",
            "1e-400");
    var points =
        numbers.stream()
            .map(
                n ->
                    new Point(n, Vector.of(1), Payload.ofJson("{\"n\":" + n + ",\"u\":" + n + "}")))
            .toList();

    check(
        place,
        points,
        store -> {
          for (var n : numbers.subList(0, 8)) {
            assertThat(matching(store, field -> new Filter.Eq(field, whole(n)))).containsExactly(n);
          }
          assertThat(matching(store, field -> new Filter.Eq(field, new Value.Real(0x1p64))))
              .containsExactly(above.toString());
          assertThat(matching(store, field -> above(field, "9007199254740992")))
              .containsExactlyInAnyOrder(
                  "9007199254740993",
                  "9223372036854775806",
                  "9223372036854775807",
                  above.toString(),
                  "1e400");
          assertThat(matching(store, field -> above(field, "9223372036854775806")))
              .containsExactlyInAnyOrder("9223372036854775807", above.toString(), "1e400");
          assertThat(matching(store, field -> new Filter.Eq(field, whole("0"))))
              .containsExactly("1e-400");
          assertThat(matching(store, field -> below(field, -Double.MAX_VALUE)))
              .containsExactly("-1e400");
        });
  }

  private static Value whole(String number) {
    return new Value.Whole(Long.parseLong(number));
  }

  private static Filter above(String field, String number) {
    return new Filter.Range(field, Optional.of(new Bound(whole(number), false)), Optional.empty());
  }

  private static Filter below(String field, double number) {
    return new Filter.Range(
        field, Optional.empty(), Optional.of(new Bound(new Value.Real(number), false)));
  }

  private interface OfField {
    Filter filter(String field);
  }

  /// The same by the index and without one.
  private static List<String> matching(Store store, OfField question) {
    var indexed = store.matchingIds(DOCS, question.filter("n"));
    List<String> evaluated;
    try (var view = store.view()) {
      evaluated =
          view
              .collection(store.collectionId(DOCS).orElseThrow())
              .orElseThrow()
              .scan(Optional.empty(), 1000, Long.MAX_VALUE, Optional.of(question.filter("u")))
              .points()
              .stream()
              .map(StoredPoint::id)
              .toList();
    }
    assertThat(evaluated).isEqualTo(indexed);
    return indexed;
  }

  @ParameterizedTest
  @EnumSource
  void documentOfThirtyTwoLevelsIsSearchedToItsBottom(Place place) {
    var points =
        IntStream.range(0, 3).mapToObj(i -> new Point("id-" + i, Vector.of(1), deep(i))).toList();

    check(
        place,
        points,
        store -> {
          assertThat(store.matchingIds(DOCS, new Filter.Eq(deepPath, new Value.Whole(1))))
              .containsExactly("id-1");
          assertThat(store.matchingIds(DOCS, new Filter.Not(new Filter.Exists(deepPath))))
              .isEmpty();
          assertThat(store.get(DOCS, "id-2").orElseThrow().payload()).isEqualTo(deep(2));
        });
  }

  private static Payload deep(int number) {
    var json = new StringBuilder();
    for (int level = 0; level < JSON_LEVELS; level++) {
      json.append("{\"l").append(level).append("\":");
    }
    return Payload.ofJson(json.append(number).append("}".repeat(JSON_LEVELS)).toString());
  }
}
