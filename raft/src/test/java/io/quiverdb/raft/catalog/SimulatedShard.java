package io.quiverdb.raft.catalog;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.raft.ShardWrite;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What a shard's engine makes of the catalogue's requests, and whether these were in order.
final class SimulatedShard {
  private final Consumer<String> violations;
  private final Map<Long, Held> collections = new TreeMap<>();
  private final Map<RequestId, Outcome> window = new HashMap<>();
  private final Set<Long> shredded = new HashSet<>();
  private long epoch;
  private int level = 1;

  private record Held(boolean isAlive, String name, long catalogIndex, Settings settings) {}

  SimulatedShard(Consumer<String> violations) {
    this.violations = violations;
  }

  boolean isAlive(long collectionId) {
    return collections.containsKey(collectionId) && collections.get(collectionId).isAlive;
  }

  boolean isDropped(long collectionId) {
    return collections.containsKey(collectionId) && !collections.get(collectionId).isAlive;
  }

  boolean hasSettings(long collectionId, Settings settings) {
    var held = collections.get(collectionId);
    return held != null && held.isAlive && held.settings.equals(settings);
  }

  Outcome apply(ShardWrite write) {
    var id = write.stamp().id();
    if (window.containsKey(id)) {
      return new Outcome.Duplicate(window.get(id));
    }
    var outcome = decide(write);
    boolean isSettled =
        !(outcome instanceof Outcome.StaleEpoch || outcome instanceof Outcome.Superseded);
    if (isSettled) {
      window.put(id, outcome);
    }
    return outcome;
  }

  /// Requests are forgotten some day, and copies of them come after that.
  void forgetRequests() {
    window.clear();
  }

  private Outcome decide(ShardWrite write) {
    if (write instanceof ShardWrite.SetOwnership ownership) {
      epoch = ownership.epoch();
      return applied();
    }
    if (write.stamp().epoch() != epoch) {
      violations.accept("asked before it owned its slots: " + write);
      return new Outcome.StaleEpoch(epoch);
    }
    return switch (write) {
      case ShardWrite.CreateCollection create -> create(create);
      case ShardWrite.DropCollection drop -> drop(drop);
      case ShardWrite.ShredCollection shred -> shred(shred);
      case ShardWrite.UpdateSettings update -> update(update);
      case ShardWrite.SetFeatureLevel set -> raise(set.level());
      case ShardWrite.Upsert _,
          ShardWrite.SetPayload _,
          ShardWrite.Delete _,
          ShardWrite.HashMark _,
          ShardWrite.SetOwnership _ ->
          throw new IllegalArgumentException(write.toString());
    };
  }

  private Outcome raise(int newLevel) {
    if (newLevel <= level) {
      return new Outcome.Superseded();
    }
    level = newLevel;
    return applied();
  }

  int level() {
    return level;
  }

  private Outcome create(ShardWrite.CreateCollection create) {
    var held = collections.get(create.collectionId());
    if (held != null) {
      return create.catalogIndex() < held.catalogIndex
          ? new Outcome.Superseded()
          : new Outcome.AlreadyExists();
    }
    collections.forEach(
        (id, other) -> {
          if (other.isAlive && other.name.equals(create.name())) {
            violations.accept(id + " and " + create.collectionId() + " have one name");
          }
        });
    collections.put(
        create.collectionId(),
        new Held(true, create.name(), create.catalogIndex(), create.settings()));
    return applied();
  }

  private Outcome update(ShardWrite.UpdateSettings update) {
    var held = collections.get(update.collectionId());
    if (held == null) {
      violations.accept("updated before it was created: " + update);
      return new Outcome.NotFound();
    }
    if (update.catalogIndex() < held.catalogIndex) {
      return new Outcome.Superseded();
    }
    if (!held.isAlive) {
      return new Outcome.NotFound();
    }
    collections.put(
        update.collectionId(), new Held(true, held.name, update.catalogIndex(), update.settings()));
    return applied();
  }

  private Outcome drop(ShardWrite.DropCollection drop) {
    var held = collections.get(drop.collectionId());
    if (held != null && drop.catalogIndex() < held.catalogIndex) {
      return new Outcome.Superseded();
    }
    collections.put(drop.collectionId(), new Held(false, "", drop.catalogIndex(), Settings.NONE));
    return applied();
  }

  private Outcome shred(ShardWrite.ShredCollection shred) {
    var outcome =
        drop(
            new ShardWrite.DropCollection(
                shred.stamp(), shred.collectionId(), shred.catalogIndex()));
    if (outcome instanceof Outcome.Applied) {
      shredded.add(shred.collectionId());
    }
    return outcome;
  }

  boolean isShredded(long collectionId) {
    return shredded.contains(collectionId);
  }

  private static Outcome applied() {
    return new Outcome.Applied(1, List.of());
  }
}
