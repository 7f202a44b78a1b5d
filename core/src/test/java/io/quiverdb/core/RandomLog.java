package io.quiverdb.core;

import io.quiverdb.core.Request.Action;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.op.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// A log of random entries, with what a model of the shard says to each: few ids and collections,
/// so that operations meet; repetitions, reused ids and stale stamps among them.
final class RandomLog {
  /// Little enough to be forgotten within a log.
  static final long WINDOW_BYTES_MAX = 3000;

  private static final List<Metric> METRICS = List.of(Metric.values());
  private static final List<String> IDS =
      List.of(
          "a",
          "aa",
          "ab",
          "b",
          "é",
          "éa",
          "z",
          "😀",
          "\uffff",
          "k".repeat(512),
          "0",
          "1",
          "2",
          "3",
          "4",
          "5",
          "6",
          "7",
          "8",
          "9");

  private final RandomGenerator random;
  private final ModelShard model = new ModelShard(WINDOW_BYTES_MAX);
  private final List<LogEntry> entries = new ArrayList<>();
  private final List<Request> past = new ArrayList<>();
  private long catalogIndex = 1;
  private long term = 1;

  RandomLog(RandomGenerator random) {
    this.random = random;
  }

  /// @param outcomes what the model says
  /// @param after the model when the entry has been applied
  record LogEntry(Position position, Entry entry, List<Outcome> outcomes, ModelShard after) {}

  List<LogEntry> append(int count) {
    for (int index = 0; index < count; index++) {
      append();
    }
    return entries;
  }

  private void append() {
    if (random.nextInt(20) == 0) {
      term++;
    }
    var position = new Position(model.epoch, term, model.position.index() + 1 + random.nextInt(2));
    var requests = new ArrayList<Request>();
    int count = entries.isEmpty() ? 1 : random.nextInt(4);
    for (int index = 0; index < count; index++) {
      requests.add(request());
    }
    past.addAll(requests);
    var outcomes = model.apply(position, requests);
    entries.add(new LogEntry(position, entry(requests), outcomes, model.copy()));
  }

  private static Entry entry(List<Request> requests) {
    var entry = Entry.newBuilder();
    requests.forEach(request -> entry.addOps(request.toOp()));
    return entry.build();
  }

  private Request request() {
    if (model.epoch == 0) {
      return new Request(stamp(), new Action.Own(1, List.of(new SlotRange(0, Slots.COUNT - 1))));
    }
    if (!past.isEmpty() && random.nextInt(12) == 0) {
      var first = past.get(random.nextInt(past.size()));
      return random.nextInt(3) == 0 ? new Request(first.stamp(), action()) : first;
    }
    return new Request(stamp(), action());
  }

  private RequestStamp stamp() {
    var id = new RequestId(new UUID(random.nextLong(), random.nextLong()));
    long epoch = random.nextInt(20) == 0 ? random.nextInt(3) : model.epoch;
    return new RequestStamp(id, epoch, seen());
  }

  private Optional<Position> seen() {
    int kind = random.nextInt(3);
    if (kind == 0 || entries.isEmpty()) {
      return Optional.of(model.position);
    }
    return kind == 1
        ? Optional.of(entries.get(random.nextInt(entries.size())).after().position)
        : Optional.empty();
  }

  private Action action() {
    return switch (random.nextInt(27)) {
      case 0, 1 -> create();
      case 2 -> random.nextInt(3) == 0 ? drop() : delete();
      case 3 -> new Action.Mark();
      case 4 -> random.nextBoolean() ? own() : upsert();
      case 5 -> new Action.Update(collectionId(), catalogIndex(), settings());
      case 6, 7, 8, 9 -> setPayload();
      case 10, 11, 12, 13, 14 -> delete();
      default -> upsert();
    };
  }

  private Action create() {
    var metric = METRICS.get(random.nextInt(METRICS.size()));
    return new Action.Create(
        collectionId(),
        catalogIndex(),
        "c" + random.nextInt(9),
        new Descriptor(random.nextInt(1, 4) * 3, metric),
        settings());
  }

  private Settings settings() {
    return random.nextBoolean()
        ? Settings.NONE
        : new Settings(List.of(new FilterableField("k", FilterableField.Type.KEYWORD)));
  }

  private Action drop() {
    return random.nextBoolean()
        ? new Action.Drop(collectionId(), catalogIndex())
        : new Action.Shred(collectionId(), catalogIndex());
  }

  private Action own() {
    int gap = random.nextInt(1, Slots.COUNT - 1);
    int end = random.nextInt(gap, Slots.COUNT - 1);
    var slots =
        random.nextBoolean()
            ? List.of(new SlotRange(0, gap - 1), new SlotRange(end + 1, Slots.COUNT - 1))
            : List.of(new SlotRange(0, Slots.COUNT - 1));
    return new Action.Own(Math.max(1, model.epoch + random.nextInt(-1, 2)), slots);
  }

  private Action upsert() {
    long id = collectionId();
    var collection = model.collections.get(id);
    int dimension =
        collection == null || random.nextInt(15) == 0 ? 6 : collection.descriptor().dimension();
    var points = new ArrayList<Point>();
    for (int index = random.nextInt(6); index >= 0; index--) {
      var pointId = id();
      points.add(
          new Point(pointId, vector(random, dimension), payload(), precondition(id, pointId)));
    }
    return new Action.Upsert(id, points);
  }

  private Action setPayload() {
    long id = collectionId();
    var changes = new ArrayList<PayloadChange>();
    for (int index = random.nextInt(3); index >= 0; index--) {
      var pointId = id();
      changes.add(new PayloadChange(pointId, payload(), precondition(id, pointId)));
    }
    return new Action.SetPayload(id, changes);
  }

  private Action delete() {
    long id = collectionId();
    var deletions = new ArrayList<Deletion>();
    for (int index = random.nextInt(3); index >= 0; index--) {
      var pointId = id();
      deletions.add(new Deletion(pointId, precondition(id, pointId)));
    }
    return new Action.Delete(id, deletions);
  }

  /// One that holds as often as not.
  private Optional<Precondition> precondition(long collectionId, String pointId) {
    if (random.nextInt(3) > 0) {
      return Optional.empty();
    }
    var there =
        Optional.ofNullable(model.collections.get(collectionId))
            .map(collection -> collection.points().get(pointId));
    if (random.nextInt(3) == 0) {
      return Optional.of(
          random.nextBoolean() ? new Precondition.Absent() : new Precondition.Present());
    }
    return Optional.of(
        there
            .<Precondition>map(
                point -> new Precondition.VersionEquals(point.version() - random.nextInt(2)))
            .orElseGet(Precondition.Absent::new));
  }

  private long collectionId() {
    var existing = List.copyOf(model.collections.keySet());
    return existing.isEmpty() || random.nextInt(5) == 0
        ? List.of(-1L, 1L, 2L, 3L, 4L, 5L).get(random.nextInt(6))
        : existing.get(random.nextInt(existing.size()));
  }

  private long catalogIndex() {
    return random.nextInt(6) == 0 ? random.nextLong(catalogIndex) : catalogIndex++;
  }

  private String id() {
    return IDS.get(random.nextInt(IDS.size()));
  }

  /// Of small whole numbers, whose sums are exact.
  static Vector vector(RandomGenerator random, int dimension) {
    var components = new float[dimension];
    for (int index = 0; index < dimension; index++) {
      components[index] = random.nextInt(-2, 3);
    }
    return Vector.of(components);
  }

  private Payload payload() {
    return switch (random.nextInt(5)) {
      case 0 -> Payload.EMPTY;
      case 1 -> Payload.ofJson("no json");
      case 2 ->
          Payload.ofJson("{\"k\":\"a\",\"long\":\"" + "x".repeat(random.nextInt(3000)) + "\"}");
      default -> Payload.ofJson("{\"k\":\"" + (char) ('a' + random.nextInt(3)) + "\"}");
    };
  }
}
