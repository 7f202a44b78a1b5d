package io.quiverdb.core;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/// Small stores that have a file of every kind, with something of everything that a file can hold.
/// What `golden/` holds was written by this, in its release.
final class GoldenStore {
  static final UUID STORE_ID = new UUID(0x5157_0000_0000_4000L, 0x8000_0000_0000_0001L);
  static final String DOCS = "docs";
  static final long DOCS_ID = 1;
  static final String INDEX = "index";
  static final String GRAPH = "graph";

  private static final Descriptor DESCRIPTOR = new Descriptor(3, Metric.L2_SQUARED);
  private static final Settings FILTERABLE =
      new Settings(
          List.of(
              new FilterableField("lang", FilterableField.Type.KEYWORD),
              new FilterableField("year", FilterableField.Type.NUMERIC)));
  private static final float[] HARD_FLOATS = {
    -0f, Float.MIN_VALUE, -Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE
  };
  private static final int POINTS = 40;

  private GoldenStore() {}

  static StoreOptions options() {
    return new StoreOptions(new SeededRandom(1));
  }

  static Store openStandalone(Storage storage, KeyRing keyRing) {
    return Store.openWithoutBackground(storage, keyRing, options());
  }

  static Store openReplicated(Storage storage, KeyRing keyRing) {
    return Store.openReplicated(storage, options(), keyRing, STORE_ID);
  }

  /// As a process leaves it that is killed: writes since the checkpoint are in the log only.
  static SimulatedStorage standalone(SimulatedStorage storage, KeyRing keyRing) {
    return standalone(storage, keyRing, options());
  }

  static SimulatedStorage standalone(
      SimulatedStorage storage, KeyRing keyRing, StoreOptions options) {
    var store = Store.openWithoutBackground(storage, keyRing, options);
    long _ = store.createCollection(DOCS, DESCRIPTOR, FILTERABLE);
    long _ = store.createCollection("empty", new Descriptor(8192, Metric.DOT), Settings.NONE);
    long _ = store.createCollection("dropped", DESCRIPTOR, Settings.NONE);
    long _ = store.upsertBatch(DOCS, points(0, POINTS));
    var _ = store.checkpoint();

    long _ = store.dropCollection("dropped");
    int _ = store.deleteBatch(DOCS, List.of(new Deletion("id-3"), deletionIfPresent("id-5")));
    index(store, 1);

    boolean _ = store.delete(DOCS, "id-7");
    var _ = store.setPayload(DOCS, List.of(newPayload("id-8")));
    long _ = store.upsertBatch(DOCS, points(POINTS, 5));
    long _ = store.createCollection("late", DESCRIPTOR, FILTERABLE);
    return storage.afterKill();
  }

  /// As one is that was closed: what its log holds beyond the checkpoint is not here.
  static SimulatedStorage replicated(SimulatedStorage storage, KeyRing keyRing) {
    var store = openReplicated(storage, keyRing);
    var log = new Log(store);
    log.append(
        number -> store.prepareSetOwnership(stamp(number, 0), 1, List.of(new SlotRange(0, 16383))));
    log.append(number -> create(store, keyRing, number, DOCS_ID, DOCS));
    log.append(number -> create(store, keyRing, number, 9, "empty"));
    log.append(number -> create(store, keyRing, number, 10, "dropped"));
    log.append(number -> store.prepareUpsert(stamp(number, 1), DOCS_ID, points(0, POINTS)));
    log.append(
        number -> store.prepareSetPayload(stamp(number, 1), DOCS_ID, List.of(newPayload("id-8"))));
    var _ = store.checkpoint();

    log.append(number -> store.prepareShredCollection(stamp(number, 1), 10, 4));
    log.append(
        number ->
            store.prepareDelete(stamp(number, 1), DOCS_ID, List.of("id-3", "none")).orElseThrow());
    log.append(
        number ->
            store.prepareConditionalDelete(
                stamp(number, 1), DOCS_ID, List.of(deletionIfPresent("none"))));
    log.append(number -> store.prepareHashMark(stamp(number, 1)));
    index(store, 1);
    store.close();
    return storage.copy();
  }

  /// Takes a checkpoint.
  private static void index(Store store, long segmentId) {
    var _ =
        store.checkpointWithIndexSnapshots(
            List.of(new IndexSnapshot(DOCS_ID, INDEX, (out, _) -> out.write(new byte[300]))));
    boolean attached =
        store.attachIndexSnapshot(
            1, DOCS_ID, segmentId, GRAPH, (out, _) -> out.write(new byte[] {1, 2, 3}));
    assert attached : segmentId;
  }

  /// A log kept elsewhere, of entries with an operation each.
  private static final class Log {
    private final Store store;
    private long number;

    Log(Store store) {
      this.store = store;
    }

    void append(LongFunction<SealedOp> op) {
      number++;
      var entry = Entry.newBuilder().addOps(op.apply(number)).build();
      long epoch = number == 1 ? 0 : 1; // It begins with the first entry.
      var _ = store.apply(new Position(epoch, 1, number), entry);
    }
  }

  private static RequestStamp stamp(long number, long epoch) {
    return new RequestStamp(request(number), epoch, Optional.empty());
  }

  /// Of the entry of that number in the log of [#replicated].
  static RequestId request(long number) {
    return new RequestId(new UUID(1, number));
  }

  private static SealedOp create(
      Store store, KeyRing keyRing, long number, long collectionId, String name) {
    return store.prepareCreateCollection(
        stamp(number, 1),
        collectionId,
        number,
        name,
        DESCRIPTOR,
        FILTERABLE,
        keyRing.drawCollectionKeys());
  }

  private static List<Point> points(int first, int count) {
    return IntStream.range(first, first + count).mapToObj(GoldenStore::point).toList();
  }

  private static Point point(int number) {
    var vector = Vector.of(number, HARD_FLOATS[number % HARD_FLOATS.length], 1f / 3);
    String payload =
        "{\"lang\":\"%s\",\"year\":%d,\"n\":%d,\"Ω\":[true,null,{\"x\":1e-7}]}"
            .formatted(number % 3 == 0 ? "en" : "fr", 2000 + number, (1L << 53) + number);
    return new Point("id-" + number, vector, Payload.ofJson(payload));
  }

  private static Deletion deletionIfPresent(String id) {
    return new Deletion(id, Optional.of(new Precondition.Present()));
  }

  private static PayloadChange newPayload(String id) {
    return new PayloadChange(id, Payload.ofJson("{\"lang\":\"de\",\"year\":-0.5}"));
  }
}
