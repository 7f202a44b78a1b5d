package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.op.Entry;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads one file of the log, frame by frame.
final class LogFileReader {
  private final String path;
  private final MemorySegment bytes;
  private final LogFormat.Header header;
  private final FileCodec codec;

  private long offset = LogFormat.HEADER_BYTES;
  private long frameNumber;
  private long nextLsn;
  private ByteString lastTag;

  /// @param codec of this file
  LogFileReader(String path, MemorySegment bytes, LogFormat.Header header, FileCodec codec) {
    this.path = path;
    this.bytes = bytes;
    this.header = header;
    this.codec = codec;
    this.nextLsn = header.baseLsn();
    this.lastTag = header.previousTag();
  }

  /// A commit group, as it was written.
  record Frame(long firstLsn, List<Entry> entries) {}

  /// Where the next frame stands, or would.
  long offset() {
    return offset;
  }

  /// Of the first entry that has not been read.
  long nextLsn() {
    return nextLsn;
  }

  /// Of the frame read last, or of the one before the file.
  ByteString lastTag() {
    return lastTag;
  }

  boolean isAtEnd() {
    return offset == bytes.byteSize();
  }

  /// Empty where what stands there is no whole frame, and at the end.
  ///
  /// @throws CorruptFileException if a whole frame is not the one that belongs there
  Optional<Frame> next() {
    var frameBytes = LogFormat.frameBytes(header, bytes, offset);
    if (frameBytes.isEmpty()) {
      return Optional.empty();
    }
    var frame = bytes.asSlice(offset, frameBytes.getAsLong());
    that("first LSN of a log frame", nextLsn, LogFormat.firstLsn(frame));
    that("tag of the frame before", hex(lastTag), hex(LogFormat.previousTag(frame)));
    var entries = entries(frame);
    var read = new Frame(nextLsn, entries);
    lastTag = LogFormat.tag(frame, codec);
    nextLsn += entries.size();
    offset += frame.byteSize();
    frameNumber++;
    return Optional.of(read);
  }

  private List<Entry> entries(MemorySegment frame) {
    var plain =
        codec
            .open(frameNumber, LogFormat.sealedHeader(frame), LogFormat.sealedEntries(frame))
            .orElseThrow(() -> corrupt("seal of the log frame", "intact", "broken"));
    try {
      var entries = EntryList.decode(plain.asByteBuffer());
      if (entries.isEmpty()) {
        throw corrupt("entries of the log frame", "at least 1", 0);
      }
      return entries;
    } catch (InvalidProtocolBufferException e) {
      throw corrupt("entries of the log frame", "intact", String.valueOf(e.getMessage()));
    }
  }

  /// Where the next whole frame stands behind one that is not.
  OptionalLong wholeFrameBehind() {
    long marker = header.marker();
    long last = bytes.byteSize() - LogFormat.FRAME_HEADER_BYTES;
    for (long candidate = offset + 1; candidate <= last; candidate++) {
      if (LogFormat.marker(bytes, candidate) == marker
          && LogFormat.frameBytes(header, bytes, candidate).isPresent()) {
        return OptionalLong.of(candidate);
      }
    }
    return OptionalLong.empty();
  }

  /// Of what stands at [#offset].
  CorruptFileException corrupt(String what, Object expected, Object actual) {
    return new CorruptFileException(
        path, offset, what + " (LSN " + nextLsn + ")", expected, actual);
  }

  private void that(String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw corrupt(what, expected, actual);
    }
  }

  private static String hex(ByteString tag) {
    return HexFormat.of().formatHex(tag.toByteArray());
  }
}
