package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Settings;
import io.quiverdb.core.crypto.Scope;
import java.nio.ByteOrder;
import java.util.List;

/// What an operation must hold to by itself, or with the descriptor of its collection. Prepare and
/// apply check the same.
///
/// All methods throw [IllegalArgumentException] with the value and the expectation.
final class OpLimits {
  static final int NAME_BYTES_MAX = 255;

  /// Ample: they are two keys with a nonce and a tag, unless a codec from outside seals more.
  private static final int WRAPPED_KEYS_BYTES_MAX = 4096;

  private static final int EXPONENT_BITS = 0x7f80_0000;

  private OpLimits() {}

  static void check(CreateCollection op) {
    require(op.getCollectionId() != Scope.NO_COLLECTION, "collection id: 0", "another number");
    int nameBytes = op.getNameBytes().size();
    require(
        nameBytes >= 1 && nameBytes <= NAME_BYTES_MAX,
        "name: " + nameBytes + " bytes",
        "1 to " + NAME_BYTES_MAX + " bytes of UTF-8");
    Descriptor _ = OpProtos.descriptor(op.getCollectionDescriptor());
    Settings _ = OpProtos.settings(op.getSettings());
    require(
        op.getWrappedKeys().size() >= 1 && op.getWrappedKeys().size() <= WRAPPED_KEYS_BYTES_MAX,
        "wrapped keys: " + op.getWrappedKeys().size() + " bytes",
        "1 to " + WRAPPED_KEYS_BYTES_MAX);
  }

  static void check(UpdateSettings op) {
    Settings _ = OpProtos.settings(op.getSettings());
  }

  static void check(Upsert op, Descriptor descriptor) {
    int count = op.getPointsCount();
    require(count >= 1, "points: none", "at least 1");
    for (int index = 0; index < count; index++) {
      var point = op.getPoints(index);
      String where = where(index, count);
      checkId(where, point.getIdBytes());
      checkVector(where, point.getVector(), descriptor.dimension());
      checkPayload(where, point.getPayload());
    }
  }

  static void check(SetPayload op) {
    int count = op.getPayloadsCount();
    require(count >= 1, "points: none", "at least 1");
    for (int index = 0; index < count; index++) {
      String where = where(index, count);
      checkId(where, op.getPayloads(index).getIdBytes());
      checkPayload(where, op.getPayloads(index).getPayload());
    }
  }

  static void check(Delete op) {
    int count = op.getPointsCount();
    require(count >= 1, "ids: none", "at least 1");
    for (int index = 0; index < count; index++) {
      checkId(where(index, count), op.getPoints(index).getIdBytes());
    }
  }

  static void check(SetOwnership op) {
    require(op.getEpoch() >= 1, "epoch: " + op.getEpoch(), "at least 1");
    List<?> _ = OpProtos.slots(op.getSlotsList());
  }

  private static String where(int index, int count) {
    return count == 1 ? "" : "points[" + index + "].";
  }

  private static void checkPayload(String where, ByteString payload) {
    require(
        payload.size() <= Payload.BYTES_MAX,
        where + "payload: " + payload.size() + " bytes",
        "at most " + Payload.BYTES_MAX);
  }

  private static void checkId(String where, ByteString id) {
    require(
        id.size() >= 1 && id.size() <= Point.ID_BYTES_MAX,
        where + "id: " + id.size() + " bytes",
        "1 to " + Point.ID_BYTES_MAX + " bytes of UTF-8");
  }

  private static void checkVector(String where, ByteString vector, int dimension) {
    require(
        vector.size() % Float.BYTES == 0,
        where + "vector: " + vector.size() + " bytes",
        "a multiple of " + Float.BYTES);
    require(
        vector.size() == dimension * Float.BYTES,
        where + "vector: " + vector.size() / Float.BYTES + " values",
        String.valueOf(dimension));
    var components = vector.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    for (int index = 0; index < dimension; index++) {
      int bits = components.getInt(index * Float.BYTES);
      if ((bits & EXPONENT_BITS) == EXPONENT_BITS) {
        throw new IllegalArgumentException(
            where
                + "vector: "
                + Float.intBitsToFloat(bits)
                + " at "
                + index
                + " (expected: a finite number)");
      }
    }
  }

  private static void require(boolean holds, String actual, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(actual + " (expected: " + expected + ")");
    }
  }
}
