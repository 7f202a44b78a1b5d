package io.quiverdb.core.state;

import io.quiverdb.core.Position;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Collection;
import java.util.UUID;

/// The window of request ids as bytes, as it stands in its file and goes into the state hash.
/// Numbers are big-endian.
///
/// | offset | bytes | field | | 0 | 24 | position of the last request forgotten: epoch, term, index
/// | | 24 | 4 | number of requests | | 28 | | requests, in log order |
///
/// A request:
///
/// | offset | bytes | field | | 0 | 16 | id | | 16 | 16 | digest | | 32 | 24 | position: epoch,
/// term, index | | 56 | 1 | kind | | 57 | 8 | version | | 65 | 4 | number of points | | 69 | | a
/// bit per point, the first in the lowest bit of the first byte |
final class WindowFormat {
  private static final int POSITION_BYTES = 3 * Long.BYTES;
  private static final int HEADER_BYTES = POSITION_BYTES + Integer.BYTES;
  private static final int REQUEST_FIXED_BYTES =
      2 * Long.BYTES + 2 * Long.BYTES + POSITION_BYTES + 1 + Long.BYTES + Integer.BYTES;

  private WindowFormat() {}

  static int encodedBytes(SettledRequest request) {
    return REQUEST_FIXED_BYTES + bitBytes(request.pointCount());
  }

  static byte[] encode(Position forgottenTo, Collection<SettledRequest> requests) {
    int length = HEADER_BYTES;
    for (var request : requests) {
      length += encodedBytes(request);
    }
    var bytes = ByteBuffer.allocate(length);
    putPosition(bytes, forgottenTo);
    bytes.putInt(requests.size());
    for (var request : requests) {
      put(bytes, request);
    }
    assert !bytes.hasRemaining() : bytes.remaining();
    return bytes.array();
  }

  /// @throws java.nio.BufferUnderflowException if it is cut short
  static RequestWindow decode(byte[] encoded, long bytesMax) {
    var bytes = ByteBuffer.wrap(encoded);
    var window = new RequestWindow(bytesMax, position(bytes));
    int count = bytes.getInt();
    for (int index = 0; index < count; index++) {
      window.add(request(bytes));
    }
    return window;
  }

  private static void put(ByteBuffer bytes, SettledRequest request) {
    bytes
        .putLong(request.id().getMostSignificantBits())
        .putLong(request.id().getLeastSignificantBits())
        .putLong(request.digest().high())
        .putLong(request.digest().low());
    putPosition(bytes, request.position());
    bytes.put(request.kind().code).putLong(request.version()).putInt(request.pointCount());
    var bits = new byte[bitBytes(request.pointCount())];
    var set = request.results().toByteArray();
    System.arraycopy(set, 0, bits, 0, set.length);
    bytes.put(bits);
  }

  private static SettledRequest request(ByteBuffer bytes) {
    var id = new UUID(bytes.getLong(), bytes.getLong());
    var digest = new Hash128(bytes.getLong(), bytes.getLong());
    var position = position(bytes);
    var kind = SettledRequest.Kind.ofCode(bytes.get());
    long version = bytes.getLong();
    int pointCount = bytes.getInt();
    var bits = new byte[bitBytes(pointCount)];
    bytes.get(bits);
    return new SettledRequest(
        id, digest, position, kind, version, pointCount, BitSet.valueOf(bits));
  }

  private static void putPosition(ByteBuffer bytes, Position position) {
    bytes.putLong(position.epoch()).putLong(position.term()).putLong(position.index());
  }

  private static Position position(ByteBuffer bytes) {
    return new Position(bytes.getLong(), bytes.getLong(), bytes.getLong());
  }

  private static int bitBytes(int bits) {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }
}
