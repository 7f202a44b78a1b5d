package io.quiverdb.core;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.op.Preparation;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.op.TestOps;
import java.util.List;

/// A request of a random test, before it is an operation.
record Request(RequestStamp stamp, Action action) {
  /// What it asks for. Equal actions have equal digests.
  sealed interface Action {
    record Create(
        long collectionId, long catalogIndex, String name, Descriptor descriptor, Settings settings)
        implements Action {}

    record Drop(long collectionId, long catalogIndex) implements Action {}

    record Shred(long collectionId, long catalogIndex) implements Action {}

    record Update(long collectionId, long catalogIndex, Settings settings) implements Action {}

    /// @param points of one dimension
    record Upsert(long collectionId, List<Point> points) implements Action {}

    record SetPayload(long collectionId, List<PayloadChange> changes) implements Action {}

    record Delete(long collectionId, List<Deletion> deletions) implements Action {}

    record Mark() implements Action {}

    record Own(long epoch, List<SlotRange> slots) implements Action {}
  }

  SealedOp toOp() {
    return TestOps.seal(decoded(), TestKeys.SHARED);
  }

  private Op decoded() {
    return switch (action) {
      case Action.Create(var id, var catalogIndex, var name, var descriptor, var settings) ->
          Preparation.createCollection(
              stamp, id, catalogIndex, name, descriptor, settings, TestKeys.SHARED.wrapped(id));
      case Action.Drop(var id, var catalogIndex) ->
          Preparation.dropCollection(stamp, id, catalogIndex);
      case Action.Shred(var id, var catalogIndex) ->
          Preparation.shredCollection(stamp, id, catalogIndex);
      case Action.Update(var id, var catalogIndex, var settings) ->
          Preparation.updateSettings(stamp, id, catalogIndex, settings);
      case Action.Upsert(var id, var points) ->
          Preparation.upsert(stamp, id, descriptorOf(points), points);
      case Action.SetPayload(var id, var changes) -> Preparation.setPayload(stamp, id, changes);
      case Action.Delete(var id, var deletions) -> Preparation.delete(stamp, id, deletions);
      case Action.Mark() -> Preparation.hashMark(stamp);
      case Action.Own(var epoch, var slots) -> Preparation.setOwnership(stamp, epoch, slots);
    };
  }

  private static Descriptor descriptorOf(List<Point> points) {
    return new Descriptor(points.getFirst().vector().dimension(), Metric.DOT);
  }
}
