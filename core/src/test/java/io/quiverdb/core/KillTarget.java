package io.quiverdb.core;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// The process that a [KilledStore] kills: writers that each follow a script of their own, and say
/// on standard output when a step is acknowledged, while checkpoints and compactions go on.
final class KillTarget {
  /// Set to `false`: nothing but the log is written, so collections are dropped where they would be
  /// shredded, which takes a checkpoint.
  static final String CHECKPOINTS = "quiver.kill.checkpoints";

  private static final int IDS = 30;
  private static final Descriptor DESCRIPTOR = new Descriptor(8, Metric.L2_SQUARED);

  private KillTarget() {}

  /// What a writer's collections hold: the number of the step that wrote each point, and of the one
  /// that wrote its payload. The second collection comes and goes.
  record Content(Map<String, Written> main, Optional<Map<String, Written>> second) {
    static final Content NOTHING = new Content(Map.of(), Optional.empty());
  }

  record Written(long vectorStep, long payloadStep) {}

  static String mainName(int writer) {
    return "main-" + writer;
  }

  static String secondName(int writer) {
    return "second-" + writer;
  }

  /// What step number `step` of a writer does, and to what that leads.
  static Content step(long seed, int writer, long step, Content before, Optional<Store> store) {
    var random = new SplittableRandom(seed * 31 + writer * 1_000_003L + step * 7919);
    String name = mainName(writer);
    var main = new TreeMap<>(before.main);
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3, 4, 5 -> {
        var points = new ArrayList<Point>();
        for (int count = random.nextInt(1, 5); count > 0; count--) {
          points.add(point(random, step));
          main.put(points.getLast().id(), new Written(step, step));
        }
        store.ifPresent(it -> it.upsertBatch(name, points));
      }
      case 6, 7 -> {
        var deletions = List.of(new Deletion(id(random)), new Deletion(id(random)));
        deletions.forEach(deletion -> main.remove(deletion.id()));
        store.ifPresent(it -> it.deleteBatch(name, deletions));
      }
      case 8 -> {
        String id = id(random);
        main.computeIfPresent(id, (_, written) -> new Written(written.vectorStep, step));
        store.ifPresent(it -> it.setPayload(name, List.of(new PayloadChange(id, payload(step)))));
      }
      case 9 -> {
        return new Content(before.main, toggle(writer, before, store, random.nextBoolean()));
      }
      default -> {
        return new Content(before.main, fillSecond(writer, step, before, store, random));
      }
    }
    return new Content(main, before.second);
  }

  private static Optional<Map<String, Written>> toggle(
      int writer, Content before, Optional<Store> store, boolean shredded) {
    String name = secondName(writer);
    if (before.second.isEmpty()) {
      store.ifPresent(it -> it.createCollection(name, DESCRIPTOR, Settings.NONE));
      return Optional.of(Map.of());
    }
    store.ifPresent(
        it -> {
          if (shredded && takesCheckpoints()) {
            var _ = it.shredCollection(name);
          } else {
            long _ = it.dropCollection(name);
          }
        });
    return Optional.empty();
  }

  private static Optional<Map<String, Written>> fillSecond(
      int writer, long step, Content before, Optional<Store> store, RandomGenerator random) {
    var point = point(random, step);
    return before.second.map(
        content -> {
          var filled = new TreeMap<>(content);
          filled.put(point.id(), new Written(step, step));
          store.ifPresent(it -> it.upsert(secondName(writer), point));
          return filled;
        });
  }

  private static Point point(RandomGenerator random, long step) {
    return new Point(id(random), vector(step), payload(step));
  }

  private static String id(RandomGenerator random) {
    return "p" + random.nextInt(IDS);
  }

  static Vector vector(long step) {
    return Vector.of((float) step, 1, 2, 3, 4, 5, 6, 7);
  }

  static Payload payload(long step) {
    return Payload.ofJson("{\"step\":" + step + "}");
  }

  /// Arguments: directory, master key file, seed, and of each writer how many steps are done.
  public static void main(String[] arguments) throws Exception {
    long seed = Long.parseLong(arguments[2]);
    var store =
        Store.open(
            Path.of(arguments[0]),
            MasterKey.ofFile(Path.of(arguments[1])),
            StoreOptions.standard());
    for (int writer = 0; writer < arguments.length - 3; writer++) {
      int mine = writer;
      long done = Long.parseLong(arguments[3 + writer]);
      if (store.collectionId(mainName(writer)).isEmpty()) {
        long _ = store.createCollection(mainName(writer), DESCRIPTOR, Settings.NONE);
      }
      var _ = Thread.ofPlatform().start(() -> write(store, seed, mine, done));
    }
    while (takesCheckpoints()) {
      var _ = store.checkpoint();
      store.compactTiers();
    }
  }

  private static boolean takesCheckpoints() {
    return !"false".equals(System.getProperty(CHECKPOINTS));
  }

  private static void write(Store store, long seed, int writer, long done) {
    var content = Content.NOTHING;
    for (long step = 0; step < done; step++) {
      content = step(seed, writer, step, content, Optional.empty());
    }
    for (long step = done; ; step++) {
      content = step(seed, writer, step, content, Optional.of(store));
      System.out.println(writer + " " + (step + 1));
    }
  }
}
