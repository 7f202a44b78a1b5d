package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.quiverdb.core.UnknownOpException;
import io.quiverdb.core.UnreadableOpException;
import io.quiverdb.core.crypto.CollectionKeys;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.Scope;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.state.Hash128;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.crypto.Mac;

/// Seals operations for the log before they have a place in it, and opens them when they come out.
/// Those on points are sealed by their collection's key, all others by the catalogue's.
///
/// The seal binds the collection, request id, digest, epoch and position seen, which stay readable.
public final class OpSealer {
  /// An entry holds the operation and a few bytes around it, in at most 2 MiB.
  public static final int OP_BYTES_MAX = (2 << 20) - 64;

  private final StoreKeys keys;
  private final int opBytesMax;

  public OpSealer(StoreKeys keys) {
    this(keys, OP_BYTES_MAX);
  }

  /// @param opBytesMax in place of [#OP_BYTES_MAX]
  public OpSealer(StoreKeys keys, int opBytesMax) {
    this.keys = keys;
    this.opBytesMax = opBytesMax;
  }

  /// Seals an operation that is not on the points of a collection.
  ///
  /// @throws IllegalArgumentException if it is larger than [#OP_BYTES_MAX] then
  public SealedOp seal(Op op) {
    assert collectionOf(op) == Scope.NO_COLLECTION : op.getKindCase();
    return seal(op, keys.catalogRequestMac(), keys.catalog());
  }

  /// Seals an operation on the points of a collection.
  ///
  /// @throws IllegalArgumentException if it is larger than [#OP_BYTES_MAX] then
  public SealedOp seal(Op op, CollectionKeys collection) {
    assert collectionOf(op) == collection.codec().scope().collectionId() : op.getKindCase();
    return seal(op, collection.requestMac(), collection.codec());
  }

  private SealedOp seal(Op op, Mac digestMac, PageCodec codec) {
    var sealed =
        SealedOp.newBuilder()
            .setRequestId(op.getRequestId())
            .setDigest(bytes(RequestDigest.of(op, digestMac)))
            .setEpoch(op.getEpoch())
            .setCollectionId(codec.scope().collectionId());
    if (op.hasSeen()) {
      sealed.setSeen(op.getSeen());
    }
    byte[] body =
        op.toBuilder()
            .clearRequestId()
            .clearDigest()
            .clearSeen()
            .clearEpoch()
            .build()
            .toByteArray();
    byte[] sealedBody = codec.sealRecord(body, associated(sealed));
    var complete = sealed.setSealed(UnsafeByteOperations.unsafeWrap(sealedBody)).build();
    if (complete.getSerializedSize() > opBytesMax) {
      throw new IllegalArgumentException(
          "operation: "
              + complete.getSerializedSize()
              + " bytes (expected: at most "
              + opBytesMax
              + ")");
    }
    return complete;
  }

  /// Opens an operation that is not on the points of a collection.
  ///
  /// @throws UnreadableOpException if it does not open, or is another one than it says
  /// @throws UnknownOpException if it was made by a later version of the program
  public Op open(SealedOp sealed) {
    return open(sealed, keys.catalog());
  }

  /// Opens an operation on the points of a collection; throws like [#open(SealedOp)].
  public static Op open(SealedOp sealed, CollectionKeys collection) {
    return open(sealed, collection.codec());
  }

  private static Op open(SealedOp sealed, PageCodec codec) {
    byte[] body =
        codec
            .openRecord(ByteStringSlice.of(sealed.getSealed()), associated(sealed))
            .orElseThrow(() -> new UnreadableOpException("its seal is broken"));
    var op = complete(parse(body).toBuilder(), sealed);
    KnownOps.requireKnown(op);
    if (collectionOf(op) != sealed.getCollectionId()) {
      throw new UnreadableOpException("it is of another collection than it says");
    }
    if (isOnPoints(op) && sealed.getCollectionId() == Scope.NO_COLLECTION) {
      throw new UnreadableOpException("it is on the points of no collection");
    }
    return op;
  }

  private static Op complete(Op.Builder op, SealedOp sealed) {
    op.setRequestId(sealed.getRequestId())
        .setDigest(sealed.getDigest())
        .setEpoch(sealed.getEpoch());
    return sealed.hasSeen() ? op.setSeen(sealed.getSeen()).build() : op.build();
  }

  private static Op parse(byte[] body) {
    try {
      // The vectors and payloads of the operation are views of these bytes.
      var input = UnsafeByteOperations.unsafeWrap(body).newCodedInput();
      input.enableAliasing(true);
      return Op.parseFrom(input);
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableOpException("it is no operation", e);
    } catch (IOException e) {
      throw new AssertionError("bytes in memory", e);
    }
  }

  /// The collection whose points it is about, 0 if it is about none.
  public static long collectionOf(Op op) {
    return switch (op.getKindCase()) {
      case UPSERT -> op.getUpsert().getCollectionId();
      case SET_PAYLOAD -> op.getSetPayload().getCollectionId();
      case DELETE -> op.getDelete().getCollectionId();
      case CREATE_COLLECTION,
          DROP_COLLECTION,
          SHRED_COLLECTION,
          UPDATE_SETTINGS,
          HASH_MARK,
          CHECKPOINT,
          SET_OWNERSHIP,
          SET_FEATURE_LEVEL,
          KIND_NOT_SET ->
          Scope.NO_COLLECTION;
    };
  }

  private static boolean isOnPoints(Op op) {
    return op.hasUpsert() || op.hasSetPayload() || op.hasDelete();
  }

  /// Request id, digest, epoch, and the position seen: 1 and its parts, or 0. Numbers are
  /// big-endian; the codec adds the collection.
  private static byte[] associated(SealedOpOrBuilder sealed) {
    var seen = sealed.getSeen();
    var bytes =
        ByteBuffer.allocate(
            sealed.getRequestId().size() + sealed.getDigest().size() + 1 + 4 * Long.BYTES);
    return bytes
        .put(sealed.getRequestId().asReadOnlyByteBuffer())
        .put(sealed.getDigest().asReadOnlyByteBuffer())
        .putLong(sealed.getEpoch())
        .put((byte) (sealed.hasSeen() ? 1 : 0))
        .putLong(seen.getEpoch())
        .putLong(seen.getTerm())
        .putLong(seen.getIndex())
        .array();
  }

  static ByteString bytes(Hash128 value) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(Hash128.BYTES).putLong(value.high()).putLong(value.low()).flip());
  }
}
