package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Settings;
import io.quiverdb.core.crypto.Scope;
import java.nio.ByteBuffer;
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
  private static final int EXPONENT_ONE = 0x0080_0000;

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
      checkId(index, count, point.getIdBytes());
      checkVector(index, count, point.getVector(), descriptor.dimension());
      checkPayload(index, count, point.getPayload());
    }
  }

  static void check(SetPayload op) {
    int count = op.getPayloadsCount();
    require(count >= 1, "points: none", "at least 1");
    for (int index = 0; index < count; index++) {
      checkId(index, count, op.getPayloads(index).getIdBytes());
      checkPayload(index, count, op.getPayloads(index).getPayload());
    }
  }

  static void check(Delete op) {
    int count = op.getPointsCount();
    require(count >= 1, "ids: none", "at least 1");
    for (int index = 0; index < count; index++) {
      checkId(index, count, op.getPoints(index).getIdBytes());
    }
  }

  static void check(SetOwnership op) {
    require(op.getEpoch() >= 1, "epoch: " + op.getEpoch(), "at least 1");
    List<?> _ = OpProtos.slots(op.getSlotsList());
  }

  static void check(SetFeatureLevel op) {
    require(
        op.getLevel() >= FeatureLevels.FIRST,
        "feature level: " + op.getLevel(),
        "at least " + FeatureLevels.FIRST);
  }

  private static void checkPayload(int index, int count, ByteString payload) {
    if (payload.size() > Payload.BYTES_MAX) {
      throw invalid(
          where(index, count) + "payload: " + payload.size() + " bytes",
          "at most " + Payload.BYTES_MAX);
    }
  }

  private static void checkId(int index, int count, ByteString id) {
    if (id.size() < 1 || id.size() > Point.ID_BYTES_MAX) {
      throw invalid(
          where(index, count) + "id: " + id.size() + " bytes",
          "1 to " + Point.ID_BYTES_MAX + " bytes of UTF-8");
    }
  }

  private static void checkVector(int index, int count, ByteString vector, int dimension) {
    if (vector.size() % Float.BYTES != 0) {
      throw invalid(
          where(index, count) + "vector: " + vector.size() + " bytes",
          "a multiple of " + Float.BYTES);
    }
    if (vector.size() != dimension * Float.BYTES) {
      throw invalid(
          where(index, count) + "vector: " + vector.size() / Float.BYTES + " values",
          String.valueOf(dimension));
    }
    var components = vector.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    if (areFinite(components, dimension)) {
      return;
    }
    for (int component = 0; component < dimension; component++) {
      int bits = components.getInt(component * Float.BYTES);
      if ((bits & EXPONENT_BITS) == EXPONENT_BITS) {
        throw invalid(
            where(index, count) + "vector: " + Float.intBitsToFloat(bits) + " at " + component,
            "a finite number");
      }
    }
  }

  /// Without a branch for each.
  private static boolean areFinite(ByteBuffer components, int dimension) {
    int carried = 0;
    for (int component = 0; component < dimension; component++) {
      // What is not finite has ones only in its exponent: one more carries into the sign.
      carried |= (components.getInt(component * Float.BYTES) & EXPONENT_BITS) + EXPONENT_ONE;
    }
    return carried >= 0;
  }

  private static String where(int index, int count) {
    return count == 1 ? "" : "points[" + index + "].";
  }

  private static void require(boolean holds, String actual, String expected) {
    if (!holds) {
      throw invalid(actual, expected);
    }
  }

  private static IllegalArgumentException invalid(String actual, String expected) {
    return new IllegalArgumentException(actual + " (expected: " + expected + ")");
  }
}
