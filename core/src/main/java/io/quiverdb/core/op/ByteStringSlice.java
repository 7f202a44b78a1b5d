package io.quiverdb.core.op;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quiverdb.core.crypto.ByteSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The bytes of a [ByteString] where they lie, which it hands out only to those it is written to.
final class ByteStringSlice extends ByteOutput {
  private Optional<ByteSlice> only = Optional.empty();
  private int count;

  private ByteStringSlice() {}

  /// Not to be changed. A copy where they do not lie in one array.
  static ByteSlice of(ByteString bytes) {
    var written = new ByteStringSlice();
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, written);
    } catch (IOException e) {
      throw new AssertionError("bytes in memory", e);
    }
    return written
        .only
        .filter(_ -> written.count == 1)
        .orElseGet(() -> ByteSlice.of(bytes.toByteArray()));
  }

  @Override
  public void writeLazy(byte[] value, int offset, int length) {
    only = Optional.of(new ByteSlice(value, offset, length));
    count++;
  }

  /// The caller may change them afterwards.
  @Override
  public void write(byte[] value, int offset, int length) {
    writeLazy(value.clone(), offset, length);
  }

  @Override
  public void write(byte value) {
    writeLazy(new byte[] {value}, 0, 1);
  }

  @Override
  public void write(ByteBuffer value) {
    writeLazy(value);
  }

  @Override
  public void writeLazy(ByteBuffer value) {
    var copy = new byte[value.remaining()];
    value.get(copy);
    writeLazy(copy, 0, copy.length);
  }
}
