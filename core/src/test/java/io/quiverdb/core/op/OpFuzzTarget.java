package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Position;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.core.UnknownOpException;
import io.quiverdb.core.UnreadableOpException;
import io.quiverdb.core.crypto.CollectionKeys;
import io.quiverdb.core.crypto.Scope;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.fuzz.Bounded;
import io.quiverdb.core.fuzz.FuzzedInput;
import io.quiverdb.core.state.ShardState;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/// What a log has for an entry, on a shard with one collection. The input is a byte that says what
/// follows: 0 an `Entry`, with the bodies of its operations plain; 1 an `Op`, which is encrypted
/// here, so that what lies below the seal is reached.
public final class OpFuzzTarget {
  private static final long WINDOW_BYTES = 1 << 16;
  private static final long COLLECTION = 1;
  private static final StoreKeys PLAIN = new StoreKeys(TestKeys.PLAIN, new UUID(0, 0));
  private static final StoreKeys AES = TestKeys.SHARED.anyStore();
  private static final CollectionKeys PLAIN_COLLECTION =
      PLAIN.collection(COLLECTION, PLAIN.drawCollectionKeys());

  private OpFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    var fields = new FuzzedInput(input);
    boolean encrypted = (fields.oneByte() & 1) != 0;
    Entry entry;
    try {
      entry =
          encrypted
              ? Entry.newBuilder().addOps(sealed(Op.parseFrom(fields.rest()))).build()
              : Entry.parseFrom(fields.rest());
    } catch (InvalidProtocolBufferException _) {
      return; // Not yet an operation; the log says so.
    }
    Bounded.run(input, () -> apply(entry, encrypted));
  }

  private static SealedOp sealed(Op op) {
    long collectionId = OpSealer.collectionOf(op);
    var sealer = new OpSealer(AES, Integer.MAX_VALUE);
    return collectionId == Scope.NO_COLLECTION
        ? sealer.seal(op)
        : sealer.seal(op, TestKeys.SHARED.collection(collectionId));
  }

  private static ShardState state() {
    var state = ShardState.initial(FeatureLevels.FIRST, WINDOW_BYTES, new SplittableRandom(1));
    state.own(0, List.of(new SlotRange(0, Slots.COUNT - 1)));
    return state;
  }

  private static Entry creation(StoreKeys keys, CollectionKeys collection) {
    var op =
        Op.newBuilder()
            .setRequestId(ByteString.copyFrom(new byte[16]))
            .setCreateCollection(
                CreateCollection.newBuilder()
                    .setCollectionId(COLLECTION)
                    .setCatalogIndex(1)
                    .setName("c")
                    .setCollectionDescriptor(OpProtos.toProto(new Descriptor(2, Metric.DOT)))
                    .setWrappedKeys(collection.wrapped()))
            .build();
    return Entry.newBuilder().addOps(new OpSealer(keys).seal(op)).build();
  }

  private static void apply(Entry entry, boolean encrypted) {
    var keys = encrypted ? AES : PLAIN;
    var collection = encrypted ? TestKeys.SHARED.collection(COLLECTION) : PLAIN_COLLECTION;
    var state = state();
    var applier = new Applier(state, keys, FeatureLevels.CURRENT);
    var _ = applier.apply(new Position(0, 0, 1), creation(keys, collection));
    try {
      var applied = applier.apply(new Position(0, 0, 2), entry);
      if (applied.size() != entry.getOpsCount()) {
        throw new AssertionError(applied.size() + " of " + entry.getOpsCount());
      }
    } catch (FeatureLevelException | UnknownOpException | UnreadableOpException _) {
      return;
    }
    // An operation may raise the epoch.
    if (state.position().term() != 0 || state.position().index() != 2) {
      throw new AssertionError(state.position());
    }
  }
}
