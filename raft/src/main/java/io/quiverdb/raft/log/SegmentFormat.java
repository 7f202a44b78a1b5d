package io.quiverdb.raft.log;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.WireFormat;
import org.jspecify.annotations.Nullable;

/// A segment of Ratis's log, as release 3.3.0 writes it (`SegmentedRaftLogOutputStream`).
///
/// | offset | bytes | field                                              |
/// |--------|-------|----------------------------------------------------|
/// |      0 |     8 | magic "RaftLog1"                                   |
/// |      8 |     … | entries, without a gap                             |
/// |      … |     … | zeros up to the end of the file, in an open one    |
///
/// | offset in an entry | bytes  | field                                      |
/// |--------------------|--------|--------------------------------------------|
/// |                  0 | 1 to 5 | length n of the entry, a varint, never 0   |
/// |                  … |      n | entry, a `LogEntryProto`                   |
/// |                  … |      4 | CRC32C of length and entry, big-endian     |
final class SegmentFormat {
  private static final byte[] MAGIC = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
  static final int HEADER_BYTES = MAGIC.length;
  private static final int VARINT_BYTES_MAX = 5;
  private static final int TERM_TAG = (1 << 3) | WireFormat.WIRETYPE_VARINT;
  private static final int INDEX_TAG = (2 << 3) | WireFormat.WIRETYPE_VARINT;

  private final String file;
  private final ByteBuffer bytes;
  private final int entryBytesMax;

  /// @param file for messages
  /// @param bytes the whole file
  SegmentFormat(String file, ByteBuffer bytes, int entryBytesMax) {
    this.file = file;
    this.bytes = bytes;
    this.entryBytesMax = entryBytesMax;
  }

  /// What a segment holds.
  ///
  /// @param entries how many are sound, from the first on
  /// @param committedEnd the offset behind the last of them that is known to be committed, 0 if
  ///   there is none
  /// @param end the offset behind the last of them
  /// @param torn whether something that is not sound follows, rather than nothing
  record Contents(long entries, int committedEnd, int end, boolean torn) {}

  /// A sound entry.
  ///
  /// @param content a `LogEntryProto`
  /// @param end the offset behind it
  private record Framed(long term, long index, ByteBuffer content, int end) {}

  /// Hears of each sound entry, in order.
  interface Entries {
    /// @param content a `LogEntryProto`, to be read before this returns
    void entry(long index, long term, ByteBuffer content);
  }

  /// Reads a segment that begins with the entry `firstIndex`.
  ///
  /// @param last the index of its last entry, as its name has it, behind which nothing is read;
  ///   empty if it was being written: only then may its end be torn
  /// @param committed the index of the last entry that is known to be committed: what is torn is
  ///   behind it
  /// @throws CorruptFileException if it holds anything but sound entries in the order of their
  ///   indexes, but for a torn end
  Contents read(long firstIndex, Optional<Long> last, long committed, Entries entries) {
    int tail = endOfData();
    int offset = 0;
    int committedEnd = 0;
    long index = firstIndex;
    if (hasHeader(tail)) {
      offset = HEADER_BYTES;
      while (offset < tail && index <= last.orElse(Long.MAX_VALUE)) {
        Framed entry = entryAt(offset);
        if (entry == null || entry.index() != index) {
          break;
        }
        offset = entry.end();
        entries.entry(index, entry.term(), entry.content());
        if (index <= committed) {
          committedEnd = offset;
        }
        index++;
      }
    }
    boolean isWhole = index > last.orElse(Long.MAX_VALUE);
    boolean isSound = isWhole || offset >= Math.max(tail, HEADER_BYTES);
    if (!isSound && (last.isPresent() || index <= committed)) {
      throw new CorruptFileException(
          file, offset, offset == 0 ? "header" : "entry " + index, "sound", "not");
    }
    return new Contents(index - firstIndex, committedEnd, offset, !isSound);
  }

  private boolean hasHeader(int tail) {
    return tail >= HEADER_BYTES && bytes.slice(0, HEADER_BYTES).equals(ByteBuffer.wrap(MAGIC));
  }

  /// The offset behind the last byte that is not zero.
  private int endOfData() {
    int end = bytes.limit();
    while (end >= Long.BYTES && bytes.getLong(end - Long.BYTES) == 0) {
      end -= Long.BYTES;
    }
    while (end > 0 && bytes.get(end - 1) == 0) {
      end--;
    }
    return end;
  }

  /// Where the entry at `offset` says that it ends; empty if it does not say.
  private OptionalLong endClaimedAt(int offset) {
    long length = 0;
    for (int at = 0; at < VARINT_BYTES_MAX && offset + at < bytes.limit(); at++) {
      byte next = bytes.get(offset + at);
      length |= (long) (next & 0x7f) << (7 * at);
      if (next >= 0) {
        return length > entryBytesMax
            ? OptionalLong.empty()
            : OptionalLong.of(offset + at + 1 + length + Integer.BYTES);
      }
    }
    return OptionalLong.empty();
  }

  /// The sound entry at `offset`, or null. Its checksum may end in zeros.
  private @Nullable Framed entryAt(int offset) {
    OptionalLong end = endClaimedAt(offset);
    if (end.isEmpty() || end.getAsLong() > bytes.limit()) {
      return null;
    }
    int checksumOffset = (int) end.getAsLong() - Integer.BYTES;
    int entryOffset = offset + 1;
    while (bytes.get(entryOffset - 1) < 0) {
      entryOffset++;
    }
    // Both are the first fields of every entry; looking at them first makes it cheap to look for an
    // entry at every offset.
    if (entryOffset >= checksumOffset || bytes.get(entryOffset) != TERM_TAG) {
      return null;
    }
    var checksum = new CRC32C();
    checksum.update(bytes.slice(offset, checksumOffset - offset));
    if ((int) checksum.getValue() != bytes.getInt(checksumOffset)) {
      return null;
    }
    return framed(bytes.slice(entryOffset, checksumOffset - entryOffset), (int) end.getAsLong());
  }

  /// With the term and the index that an entry carries; the index is −1 if they cannot be read.
  private static Framed framed(ByteBuffer entry, int end) {
    try {
      var in = CodedInputStream.newInstance(entry.duplicate());
      long term = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == INDEX_TAG) {
          return new Framed(term, in.readUInt64(), entry, end);
        }
        // Only an index of 0 is left out.
        if (tag > INDEX_TAG) {
          break;
        }
        if (tag == TERM_TAG) {
          term = in.readUInt64();
        } else {
          in.skipField(tag);
        }
      }
      return new Framed(term, 0, entry, end);
    } catch (IOException e) {
      return new Framed(0, -1, entry, end);
    }
  }
}
