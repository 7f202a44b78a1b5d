package io.quiverdb.core;

import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/// What a [GoldenStore] holds, in words that outlast formats and classes: all that was written, and
/// answers to questions that lead through every kind of file.
final class StoreDescription {
  private static final Filter YEARS =
      new Filter.Range(
          "year",
          Optional.of(new Bound(new Value.Whole(2010), true)),
          Optional.of(new Bound(new Value.Real(2030.5), false)));
  private static final Filter ENGLISH = new Filter.Eq("lang", new Value.Text("en"));

  private final StringBuilder text = new StringBuilder();

  private StoreDescription() {}

  static String of(Store store) throws IOException {
    var description = new StoreDescription();
    description.add(store);
    return description.text.toString();
  }

  private void add(Store store) throws IOException {
    try (var view = store.view()) {
      var position = view.position();
      line("position %d %d %d".formatted(position.epoch(), position.term(), position.index()));
      line("operations %d".formatted(view.version()));
      line("epoch %d".formatted(view.epoch()));
      view.slots().forEach(range -> line("slots %d to %d".formatted(range.first(), range.last())));
      line("state %016x%016x".formatted(store.stateHash().high(), store.stateHash().low()));
      view.collections().forEach(this::add);
    }
    line(
        "index %s".formatted(hex(store.readIndexSnapshot(GoldenStore.DOCS_ID, GoldenStore.INDEX))));
    line(
        "graph %s"
            .formatted(hex(store.readIndexSnapshot(GoldenStore.DOCS_ID, 1, GoldenStore.GRAPH))));
    LongStream.rangeClosed(1, 11)
        .forEach(number -> line("request %d %s".formatted(number, outcome(store, number))));
  }

  private static String outcome(Store store, long number) {
    return store
        .settled(GoldenStore.request(number))
        .map(outcome -> outcome.getClass().getSimpleName())
        .orElse("unknown");
  }

  private void add(CollectionView collection) {
    var descriptor = collection.descriptor();
    line(
        "collection %d %s: %d points of %d dimensions by %s"
            .formatted(
                collection.id(),
                collection.name(),
                collection.size(),
                descriptor.dimension(),
                descriptor.metric()));
    for (var field : collection.settings().filterableFields()) {
      line("  field %s %s".formatted(field.path(), field.type()));
    }
    var points =
        collection.scan(Optional.empty(), 1_000_000, Long.MAX_VALUE, Optional.empty()).points();
    for (var point : points) {
      add(point);
      assert collection.get(point.id()).equals(Optional.of(point)) : point.id();
    }
    if (collection.id() == GoldenStore.DOCS_ID) {
      line("  in English %s".formatted(collection.matchingIds(ENGLISH)));
      line("  of those years %s".formatted(collection.matchingIds(YEARS)));
      line("  nearest %s".formatted(nearest(collection)));
    }
  }

  private void add(StoredPoint point) {
    line(
        "  %s version %d vector %s payload %s"
            .formatted(
                point.id(),
                point.version(),
                HexFormat.of().formatHex(point.vector().toLittleEndian()),
                new String(point.payload().toBytes(), StandardCharsets.UTF_8)));
  }

  private static List<String> nearest(CollectionView collection) {
    var query =
        new Query(Vector.of(10, 0, 0), 5, Optional.of(new Filter.Not(ENGLISH)), false, false);
    return collection.search(query).stream().map(Hit::id).toList();
  }

  private static String hex(Optional<InputStream> stream) throws IOException {
    if (stream.isEmpty()) {
      return "none";
    }
    try (var bytes = stream.get()) {
      return HexFormat.of().formatHex(bytes.readAllBytes());
    }
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
