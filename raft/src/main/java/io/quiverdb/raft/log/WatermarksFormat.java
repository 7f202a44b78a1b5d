package io.quiverdb.raft.log;

import io.quiverdb.core.crypto.ByteSlice;
import io.quiverdb.core.crypto.PageCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/// The file of a node's watermarks: two slots, written in turn. The sound one with the higher count
/// holds.
///
/// | offset in a slot | bytes | field                                          |
/// |------------------|-------|------------------------------------------------|
/// |                0 |     8 | magic "QvMarks1"                               |
/// |                8 |     4 | length n of the sealed content                 |
/// |               12 |     n | content, sealed as a record of the catalogue   |
/// |           12 + n |     4 | CRC32C of all before                           |
///
/// | offset in the content | bytes | field                                     |
/// |-----------------------|-------|-------------------------------------------|
/// |                     0 |     8 | count of writes                           |
/// |                     8 |     4 | number of groups                          |
/// |          12 + 24 · i  |    16 | UUID of a group                           |
/// |          28 + 24 · i  |     8 | its watermark, an index                   |
///
/// Numbers are big-endian.
record WatermarksFormat(PageCodec codec) {
  static final int SLOT_BYTES = 1 << 20;
  private static final byte[] MAGIC = "QvMarks1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ASSOCIATED =
      "quiver: watermarks of logs".getBytes(StandardCharsets.US_ASCII);
  private static final int FRAME_BYTES = MAGIC.length + 2 * Integer.BYTES;
  private static final int HEAD_BYTES = Long.BYTES + Integer.BYTES;
  private static final int MARK_BYTES = 3 * Long.BYTES;

  /// @param count of writes up to this one
  record Content(long count, Map<UUID, Long> marks) {}

  /// @throws IllegalArgumentException if that many groups do not fit in a slot
  byte[] write(Content content) {
    var plain = ByteBuffer.allocate(HEAD_BYTES + MARK_BYTES * content.marks().size());
    plain.putLong(content.count()).putInt(content.marks().size());
    content
        .marks()
        .forEach(
            (group, index) ->
                plain
                    .putLong(group.getMostSignificantBits())
                    .putLong(group.getLeastSignificantBits())
                    .putLong(index));
    byte[] sealed = codec.sealRecord(plain.array(), ASSOCIATED);
    if (sealed.length > SLOT_BYTES - FRAME_BYTES) {
      throw new IllegalArgumentException(
          "watermarks: of %d groups, %d bytes (expected: %d bytes at most)"
              .formatted(content.marks().size(), sealed.length, SLOT_BYTES - FRAME_BYTES));
    }
    var slot = ByteBuffer.allocate(FRAME_BYTES + sealed.length);
    slot.put(MAGIC).putInt(sealed.length).put(sealed);
    slot.putInt(checksum(slot.duplicate().flip()));
    return slot.array();
  }

  /// @param slot as much of it as the file holds
  /// @return empty if it is not sound
  Optional<Content> read(ByteBuffer slot) {
    if (slot.remaining() < FRAME_BYTES
        || !slot.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
      return Optional.empty();
    }
    int length = slot.getInt(MAGIC.length);
    if (length < 0 || length > slot.limit() - FRAME_BYTES) {
      return Optional.empty();
    }
    int end = MAGIC.length + Integer.BYTES + length;
    if (slot.getInt(end) != checksum(slot.slice(0, end))) {
      return Optional.empty();
    }
    var sealed = new byte[length];
    slot.get(MAGIC.length + Integer.BYTES, sealed);
    return codec
        .openRecord(ByteSlice.of(sealed), ASSOCIATED)
        .flatMap(plain -> content(ByteBuffer.wrap(plain)));
  }

  private static Optional<Content> content(ByteBuffer plain) {
    if (plain.remaining() < HEAD_BYTES) {
      return Optional.empty();
    }
    long count = plain.getLong();
    int groups = plain.getInt();
    if (groups < 0 || plain.remaining() != (long) MARK_BYTES * groups) {
      return Optional.empty();
    }
    Map<UUID, Long> marks = HashMap.newHashMap(groups);
    while (plain.hasRemaining()) {
      marks.put(new UUID(plain.getLong(), plain.getLong()), plain.getLong());
    }
    return Optional.of(new Content(count, marks));
  }

  private static int checksum(ByteBuffer bytes) {
    var checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }
}
