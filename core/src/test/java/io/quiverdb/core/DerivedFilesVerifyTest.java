package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.filter.RandomFilters;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.PageFormat;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.format.PageWriter;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.secondary.SecondaryIndexWriter;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Files that can be made of a segment's rows, planted by a writer who makes them of other rows:
/// well-formed and soundly sealed, and named by verification all the same.
final class DerivedFilesVerifyTest {
  private static final long COLLECTION = 9;
  private static final int ROWS = 200;
  private static final List<FilterableField> FIELDS =
      List.of(
          new FilterableField("lang", FilterableField.Type.KEYWORD),
          new FilterableField("n", FilterableField.Type.NUMERIC));

  private final SimulatedStorage storage = new SimulatedStorage();

  @Test
  void indexesOfAllKindsOfValuesVerify() {
    var random = new RandomFilters(new SplittableRandom(Seed.draw()));
    var payloads = IntStream.range(0, 2000).mapToObj(_ -> random.payload()).toList();

    fill(payloads, random.fields());

    assertThat(verify().damages()).isEmpty();
    assertThat(verify().rowCount()).isEqualTo(2000);
  }

  @Test
  void indexOfMoreKeysThanALevelHasNodesVerifies() {
    fill(IntStream.range(0, 4500).mapToObj(DerivedFilesVerifyTest::payload).toList(), FIELDS);
  }

  @Test
  void valuesTooLongForAKeyVerify() {
    var payloads = payloads();
    payloads.set(3, "{\"lang\":[\"" + "x".repeat(300) + "\",\"en\",\"en\",7],\"n\":[1,1,2]}");
    fill(payloads, FIELDS);

    assertThat(verify().damages()).isEmpty();
  }

  @Test
  void rowThatIsLeftOutIsNoticed() throws IOException {
    assertNamed(payloads -> payloads.set(17, ""), "rows where it exists", "from row 17");
  }

  @Test
  void rowThatIsAddedIsNoticed() throws IOException {
    var payloads = payloads();
    payloads.set(17, "no JSON");
    fill(payloads, FIELDS);
    plant(payloads());

    assertNamed("rows where it exists", "from row 17");
  }

  @Test
  void rowUnderAnotherKeyIsNoticed() throws IOException {
    assertNamed(
        payloads -> payloads.set(17, "{\"lang\":\"en\",\"n\":18}"), "sum of keys and rows", "");
  }

  @Test
  void rowsThatExchangeTheirKeysAreNoticed() throws IOException {
    assertNamed(
        payloads -> {
          payloads.set(17, payload(18));
          payloads.set(18, payload(17));
        },
        "sum of keys and rows",
        "");
  }

  @Test
  void keyThatIsLeftOutOfSeveralIsNoticed() throws IOException {
    var payloads = payloads();
    payloads.set(17, "{\"lang\":[\"en\",\"de\"],\"n\":17}");
    fill(payloads, FIELDS);
    payloads.set(17, "{\"lang\":\"en\",\"n\":17}");
    plant(payloads);

    assertNamed("sum of keys and rows", "");
  }

  @Test
  void valueOfAnotherTypeThatIsLeftOutIsNoticed() throws IOException {
    var payloads = payloads();
    payloads.set(17, "{\"lang\":[\"fr\",4],\"n\":17}");
    fill(payloads, FIELDS);
    plant(payloads());

    assertNamed("rows with a value of another type", "from row 17");
  }

  /// Whoever asks for such a row evaluates its payload; for the others it costs an answer.
  @Test
  void rowsWithoutKeyMayHaveOnlyTheirOwnKeys() throws IOException {
    String tooLong = "{\"lang\":[\"%s\",\"%s\"],\"n\":17}";
    var payloads = payloads();
    payloads.set(17, tooLong.formatted("x".repeat(300), "de"));
    fill(payloads, FIELDS);
    payloads.set(17, tooLong.formatted("x".repeat(300), "it"));
    plant(payloads);

    assertNamed("a key of row 17", "");
  }

  @Test
  void rowsSaidToHaveAValueWithoutKeyHaveOne() throws IOException {
    var payloads = payloads();
    payloads.set(17, "{\"lang\":true,\"n\":17}");
    fill(payloads, FIELDS);
    payloads.set(17, "{\"lang\":[true,\"" + "x".repeat(300) + "\"],\"n\":17}");
    plant(payloads);

    assertNamed("rows with a value that has no key", "row 17 among them");
  }

  @Test
  void filterThatLacksAnIdIsNoticed() throws IOException {
    fill(payloads(), FIELDS);
    replaceDirectory(blob -> blob[blob.length - 40] ^= 1);

    assertThat(verify().damages())
        .isNotEmpty()
        .allSatisfy(
            damage -> {
              assertThat(damage.file()).isEqualTo(path(".dir"));
              assertThat(damage.what()).startsWith("look-up of the id of row ");
            });
  }

  @Test
  void separatorThatLeadsElsewhereIsNoticed() throws IOException {
    fill(payloads(), FIELDS);
    // Of the second page: behind the fixed part, the first page's row and the length of its
    // separator, which is empty, come row and length of this one.
    int separator = 24 + 6 + 6;
    replaceDirectory(blob -> blob[separator + blob[separator - 2] - 1]++);

    assertThat(verify().damages()).extracting(Damage::file).isNotEmpty().containsOnly(path(".dir"));
  }

  /// Of payloads that are otherwise, when the others are what is stored.
  private void assertNamed(Consumer<List<String>> change, String what, String found)
      throws IOException {
    fill(payloads(), FIELDS);
    var otherwise = payloads();
    change.accept(otherwise);
    plant(otherwise);
    assertNamed(what, found);
  }

  private void assertNamed(String what, String found) {
    var damages = verify().damages();
    assertThat(damages)
        .isNotEmpty()
        .allSatisfy(damage -> assertThat(damage.file()).isEqualTo(path(".sec")))
        .anySatisfy(
            damage -> {
              assertThat(damage.what()).contains(what);
              assertThat(damage.found()).contains(found);
            });
    assertThat(verify().stateHash()).isEmpty();
  }

  private static List<String> payloads() {
    var payloads = new ArrayList<String>();
    for (int row = 0; row < ROWS; row++) {
      payloads.add(payload(row));
    }
    return payloads;
  }

  private static String payload(int row) {
    return "{\"lang\":\"" + (row % 2 == 0 ? "en" : "fr") + "\",\"n\":" + row + "}";
  }

  /// A segment whose row numbers are indexes of payloads.
  private void fill(List<String> payloads, List<FilterableField> fields) {
    try (var shard = new TestShard(storage, RequestWindow.BYTES_MAX)) {
      var _ =
          shard.apply(
              shard.store.prepareCreateCollection(
                  shard.stamp(),
                  COLLECTION,
                  2,
                  "indexed",
                  new Descriptor(1, Metric.L2_SQUARED),
                  new Settings(fields),
                  TestKeys.SHARED.wrapped(COLLECTION)));
      var points = new ArrayList<Point>();
      for (int row = 0; row < payloads.size(); row++) {
        points.add(
            new Point(
                "a-longer-id-%06d".formatted(row),
                Vector.of(row),
                Payload.ofJson(payloads.get(row))));
      }
      var _ = shard.apply(shard.store.prepareUpsert(shard.stamp(), COLLECTION, points));
      shard.store.checkpoint();
    }
    assertThat(verify().damages()).isEmpty();
  }

  /// Puts an index of other payloads in the place of the segment's.
  private void plant(List<String> payloads) throws IOException {
    var writer = new SecondaryIndexWriter(FIELDS);
    for (int row = 0; row < payloads.size(); row++) {
      byte[] payload = payloads.get(row).getBytes(StandardCharsets.UTF_8);
      writer.add(row, MemorySegment.ofArray(payload));
    }
    try (var pages =
        new PageWriter(
            storage.create("planted"), 1, PageType.SECONDARY, PageFormat.PAGE_BYTES, codec())) {
      writer.write(pages);
      assertThat(pages.finish()).isEqualTo(storage.content(path(".sec")).length);
    }
    storage.overwrite(path(".sec"), storage.content("planted"));
  }

  private void replaceDirectory(Consumer<byte[]> change) throws IOException {
    byte[] content = storage.content(path(".dir"));
    byte[] blob =
        BlobFile.decode(
            MemorySegment.ofArray(content), PageType.DIRECTORY, 1, 0, codec(), path(".dir"));
    change.accept(blob);
    storage.overwrite(path(".dir"), BlobFile.encode(PageType.DIRECTORY, 1, 0, blob, codec()));
  }

  private PageCodec codec() throws IOException {
    return ManifestStore.open(
            storage, StoreOptions.standard().random(), TestKeys.SHARED.keyRing(), Optional.empty())
        .keys()
        .collection(COLLECTION, TestKeys.SHARED.wrapped(COLLECTION))
        .codec();
  }

  private String path(String kind) {
    return "gen-1/collections/" + COLLECTION + "/seg-1" + kind;
  }

  private Verification verify() {
    return Store.verify(storage, StoreOptions.standard(), TestKeys.SHARED.keyRing());
  }
}
