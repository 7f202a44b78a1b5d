package io.quiverdb.core.state;

import io.quiverdb.core.Position;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/// The window of request ids as bytes, as it stands in its file and goes into the state hash.
/// Numbers are big-endian.
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |    24 | position of the last request forgotten: epoch, term, index  |
/// |     24 |     4 | number of requests                                          |
/// |     28 |       | requests, in log order                                      |
///
/// A request:
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |    16 | id, which no other request has                              |
/// |     16 |    16 | digest                                                      |
/// |     32 |    24 | position: epoch, term, index                                |
/// |     56 |     1 | kind                                                        |
/// |     57 |     8 | version                                                     |
/// |     65 |     4 | number of points                                            |
/// |     69 |       | a bit per point, the first in the lowest bit of the first   |
/// |        |       | byte; the bits that are left are 0                          |
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

  /// @throws IllegalArgumentException if it is not a window
  static RequestWindow decode(byte[] encoded, long bytesMax) {
    var bytes = ByteBuffer.wrap(encoded);
    require(encoded.length >= HEADER_BYTES, "window", encoded.length + " bytes");
    var window = new RequestWindow(bytesMax, position(bytes));
    int count = bytes.getInt();
    require(count >= 0, "window", count + " requests");
    Set<UUID> ids = new HashSet<>();
    for (int index = 0; index < count; index++) {
      var request = request(bytes);
      require(ids.add(request.id()), "request", "twice");
      window.add(request);
    }
    require(!bytes.hasRemaining(), "window", count + " requests and bytes behind them");
    return window;
  }

  private static void require(boolean holds, String what, String found) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + found);
    }
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
    require(bytes.remaining() >= REQUEST_FIXED_BYTES, "request", "cut short");
    var id = new UUID(bytes.getLong(), bytes.getLong());
    var digest = new Hash128(bytes.getLong(), bytes.getLong());
    var position = position(bytes);
    var kind = SettledRequest.Kind.ofCode(bytes.get());
    long version = bytes.getLong();
    int pointCount = bytes.getInt();
    require(
        pointCount >= 0 && bitBytes(pointCount) <= bytes.remaining(),
        "request",
        pointCount + " points in " + bytes.remaining() + " bytes");
    var bits = new byte[bitBytes(pointCount)];
    bytes.get(bits);
    var results = BitSet.valueOf(bits);
    require(results.length() <= pointCount, "request", "results of more points than it has");
    return new SettledRequest(id, digest, position, kind, version, pointCount, results);
  }

  private static void putPosition(ByteBuffer bytes, Position position) {
    bytes.putLong(position.epoch()).putLong(position.term()).putLong(position.index());
  }

  private static Position position(ByteBuffer bytes) {
    return new Position(bytes.getLong(), bytes.getLong(), bytes.getLong());
  }

  private static int bitBytes(int bits) {
    return Math.ceilDiv(bits, Byte.SIZE);
  }
}
