package io.quiverdb.raft.catalog;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.proto.CatalogAnswer;
import io.quiverdb.raft.catalog.proto.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Creates, drops and shreds collections of a few names through any node, repeats a request under
/// its id until it is answered, and looks at each answer.
final class SimulatedUser {
  private static final int TIMEOUT_MILLIS = 2_000;

  private final SimulatedCluster cluster;
  private final SimulatedGroup group;
  private final Simulation.Scheduler scheduler;
  private final Random random;
  private int writesLeft;

  SimulatedUser(SimulatedCluster cluster, SimulatedGroup group, int writes) {
    this.cluster = cluster;
    this.group = group;
    this.random = cluster.random();
    this.scheduler = cluster.simulation().scheduler();
    this.writesLeft = writes;
    next();
  }

  boolean isDone() {
    return writesLeft == 0;
  }

  private void next() {
    var id = new RequestId(new UUID(random.nextLong(), random.nextLong()));
    String name = random.nextBoolean() ? "a" : "b";
    send(
        switch (random.nextInt(5)) {
          case 0, 1 ->
              new CatalogWrite.CreateCollection(
                  id, name, new Descriptor(3, Metric.COSINE), Settings.NONE);
          case 2 -> new CatalogWrite.UpdateSettings(id, name, someChange());
          case 3 -> new CatalogWrite.ShredCollection(id, name);
          default -> new CatalogWrite.DropCollection(id, name);
        });
  }

  private SettingsChange someChange() {
    var field = new FilterableField("f" + random.nextInt(4), FilterableField.Type.KEYWORD);
    return new SettingsChange(List.of(field), List.of(), OptionalInt.of(random.nextInt(3)));
  }

  private void send(CatalogWrite write) {
    var node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    var catalog = node.catalog();
    if (catalog.isEmpty()) {
      scheduler.executeWithin(100, () -> send(write));
      return;
    }
    var answer = new CompletableFuture<CatalogWritten>();
    var _ = catalog.get().write(write).whenComplete((written, e) -> settle(answer, written, e));
    // A node that crashes says nothing.
    var _ =
        scheduler.schedule(
            () -> answer.completeExceptionally(new ShardException.OutcomeUnknown("no answer")),
            TIMEOUT_MILLIS,
            TimeUnit.MILLISECONDS);
    var _ =
        answer.whenComplete(
            (written, failure) ->
                scheduler.executeWithin(50, () -> hear(write, Optional.ofNullable(written))));
  }

  private static void settle(
      CompletableFuture<CatalogWritten> answer,
      @Nullable CatalogWritten written,
      @Nullable Throwable failure) {
    if (written == null) {
      answer.completeExceptionally(
          failure == null ? new IllegalStateException("neither") : failure);
    } else {
      answer.complete(written);
    }
  }

  private void hear(CatalogWrite write, Optional<CatalogWritten> written) {
    if (written.isEmpty()) {
      send(write);
      return;
    }
    check(write, written.get());
    checkBarrier();
    writesLeft--;
    if (writesLeft > 0) {
      next();
    }
  }

  private void check(CatalogWrite write, CatalogWritten written) {
    var requestId = CatalogMessages.toBytes(write.requestId().uuid());
    var remembered = group.truth.state().remembered(requestId);
    if (remembered.isEmpty()) {
      cluster.violate("answered but never applied: " + write + " " + written);
      return;
    }
    var answer = remembered.get().getAnswer();
    switch (written) {
      case CatalogWritten.Changed _ -> throw new IllegalStateException("asked for no such change");
      case CatalogWritten.Created(var collection) -> checkCreated(answer, collection);
      case CatalogWritten.Updated(var collection) -> checkUpdated(answer, write, collection);
      case CatalogWritten.Dropped() -> {
        require(answer.hasDropped(), answer);
        checkGone(answer.getDropped());
      }
      case CatalogWritten.Shredded(long id) -> {
        require(answer.hasShredded() && answer.getShredded().getId() == id, answer);
        checkGone(answer.getShredded());
      }
      case CatalogWritten.AlreadyExists(var collection) ->
          require(
              answer.hasAlreadyExists() && answer.getAlreadyExists().getId() == collection.id(),
              written);
      case CatalogWritten.NotFound() -> require(answer.hasNotFound(), written);
      case CatalogWritten.RequestIdReused(),
          CatalogWritten.ApiKeyCreated(),
          CatalogWritten.ApiKeyRevoked() ->
          require(false, written);
    }
  }

  private void checkCreated(CatalogAnswer answer, CollectionInfo collection) {
    require(answer.hasCreated() && answer.getCreated().getId() == collection.id(), collection);
    boolean isStillOnItsWay =
        group
            .truth
            .state()
            .find(collection.name(), collection.id())
            .filter(now -> now.state() == CollectionInfo.State.CREATING)
            .isPresent();
    require(!isStillOnItsWay, "created: " + collection);
  }

  private void checkUpdated(CatalogAnswer answer, CatalogWrite write, CollectionInfo collection) {
    require(answer.hasUpdated() && answer.getUpdated().getId() == collection.id(), collection);
    boolean isWritten =
        write instanceof CatalogWrite.UpdateSettings update
            && collection.settings().filterableFields().containsAll(update.change().added());
    require(isWritten, "updated: " + collection);
    boolean isStillOnItsWay =
        group
            .truth
            .state()
            .find(collection.name(), collection.id())
            .filter(now -> now.state() == CollectionInfo.State.UPDATING)
            .filter(now -> now.catalogIndex() == answer.getUpdated().getCatalogIndex())
            .isPresent();
    require(!isStillOnItsWay, "updated: " + collection);
  }

  private void checkGone(Collection dropped) {
    require(
        group.truth.state().find(dropped.getName(), dropped.getId()).isEmpty(),
        "dropped: " + dropped);
    require(
        cluster.shards(group.claim).stream().allMatch(shard -> shard.isDropped(dropped.getId())),
        "dropped on every shard: " + dropped);
  }

  /// A view behind a barrier reflects all that was acknowledged before.
  private void checkBarrier() {
    long acknowledged = group.truth.applied().index();
    var node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    node.catalog()
        .ifPresent(
            catalog -> {
              var _ =
                  catalog.barrier().thenAccept(view -> require(view.index() >= acknowledged, view));
            });
  }

  private void require(boolean holds, Object what) {
    if (!holds) {
      cluster.violate("not as answered: " + what);
    }
  }
}
