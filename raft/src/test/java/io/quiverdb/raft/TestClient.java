package io.quiverdb.raft;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.catalog.Membership;
import io.quiverdb.raft.catalog.SettingsChange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// A user of a [TestCluster] that tries again until it is answered, as one with patience does.
final class TestClient {
  private static final int ATTEMPTS_MAX = 10_000;

  private final TestCluster cluster;

  TestClient(TestCluster cluster) {
    this.cluster = cluster;
  }

  CollectionInfo create(String name) {
    var write =
        new CatalogWrite.CreateCollection(
            new RequestId(UUID.randomUUID()),
            name,
            new Descriptor(2, Metric.L2_SQUARED),
            Settings.NONE);
    return switch (retried(() -> anyHost().catalog().orElseThrow(TestClient::later).write(write))) {
      case CatalogWritten.Created(CollectionInfo created) -> created;
      default -> throw new IllegalStateException(name);
    };
  }

  CatalogWritten addField(String collection, FilterableField field) {
    var write =
        new CatalogWrite.UpdateSettings(
            new RequestId(UUID.randomUUID()),
            collection,
            new SettingsChange(List.of(field), List.of(), OptionalInt.empty()));
    return retried(() -> anyHost().catalog().orElseThrow(TestClient::later).write(write));
  }

  /// One request, repeated under its id until its fate is known.
  CatalogWritten change(CatalogWrite write) {
    return retried(() -> anyHost().catalog().orElseThrow(TestClient::later).write(write));
  }

  Membership membership() {
    return retried(() -> anyHost().catalog().orElseThrow(TestClient::later).barrier()).membership();
  }

  CatalogWritten drop(String name) {
    var write = new CatalogWrite.DropCollection(new RequestId(UUID.randomUUID()), name);
    return retried(() -> anyHost().catalog().orElseThrow(TestClient::later).write(write));
  }

  /// @return the collection's id
  long shred(String name) {
    var write = new CatalogWrite.ShredCollection(new RequestId(UUID.randomUUID()), name);
    return switch (change(write)) {
      case CatalogWritten.Shredded(long id) -> id;
      default -> throw new IllegalStateException(name);
    };
  }

  Outcome upsert(CollectionInfo collection, String id, float... vector) {
    return upsert(collection, new Point(id, Vector.of(vector), Payload.ofJson("{}")));
  }

  /// One request, repeated under its id until its fate is known.
  Outcome upsert(CollectionInfo collection, Point point) {
    var stamp = stamp(view().shards().getFirst().epoch());
    return retried(
            () ->
                anyHost()
                    .leaderOf(shardOf(point.id()))
                    .write(new ShardWrite.Upsert(stamp, collection.id(), List.of(point))))
        .outcome();
  }

  Optional<StoredPoint> get(CollectionInfo collection, String id) {
    return retried(() -> anyHost().leaderOf(shardOf(id)).get(collection.id(), List.of(id)))
        .value()
        .getFirst();
  }

  long count(CollectionInfo collection, int shard) {
    return retried(() -> anyHost().leaderOf(shard).count(collection.id(), Optional.empty()))
        .value();
  }

  int shardOf(String id) {
    return view().shardOf(id).number();
  }

  static RequestStamp stamp() {
    return stamp(Claim.FIRST_EPOCH);
  }

  static RequestStamp stamp(long epoch) {
    return new RequestStamp(new RequestId(UUID.randomUUID()), epoch, Optional.empty());
  }

  private CatalogView view() {
    return retried(
        () ->
            CompletableFuture.completedFuture(
                anyHost().catalog().orElseThrow(TestClient::later).view()));
  }

  private RaftHost anyHost() {
    return cluster.nodes().stream()
        .filter(TestCluster.Node::isUp)
        .map(TestCluster.Node::host)
        .findFirst()
        .orElseThrow();
  }

  private static ShardException later() {
    return new ShardException.Unavailable("catalogue: not known yet");
  }

  /// Pauses between attempts: a node that leads nothing answers at once.
  static <T> T retried(Supplier<CompletableFuture<T>> call) {
    RuntimeException last = new IllegalStateException("no attempt");
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        return call.get().join();
      } catch (ShardException e) {
        last = e;
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof ShardException)) {
          throw e;
        }
        last = e;
      }
      pause();
    }
    throw last;
  }

  static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
