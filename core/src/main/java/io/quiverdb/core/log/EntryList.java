package io.quiverdb.core.log;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.op.Entry;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The plain content of a frame, as [LogFormat] has it.
final class EntryList {
  private EntryList() {}

  static int encodedBytes(Entry entry) {
    return Integer.BYTES + entry.getSerializedSize();
  }

  /// @param bytes has room for them
  static void encode(List<Entry> entries, ByteBuffer bytes) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    for (var entry : entries) {
      int length = entry.getSerializedSize();
      bytes.putInt(length);
      var output = CodedOutputStream.newInstance(bytes.slice(bytes.position(), length));
      try {
        entry.writeTo(output);
        output.flush();
      } catch (IOException e) {
        throw new AssertionError("there is room for it", e);
      }
      bytes.position(bytes.position() + length);
    }
  }

  /// @throws InvalidProtocolBufferException if these are not entries
  static List<Entry> decode(ByteBuffer bytes) throws InvalidProtocolBufferException {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    var entries = new ArrayList<Entry>();
    try {
      while (bytes.hasRemaining()) {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
          throw new InvalidProtocolBufferException("entry of " + length + " bytes");
        }
        entries.add(Entry.parseFrom(bytes.slice(bytes.position(), length)));
        bytes.position(bytes.position() + length);
      }
    } catch (BufferUnderflowException e) {
      throw new InvalidProtocolBufferException("entry without a length", e);
    }
    return entries;
  }
}
