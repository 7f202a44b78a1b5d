package io.quiverdb.cli.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/// Reads lines as bytes and counts them from 1. A line ends with a line feed; a last one without it
/// counts too. Empty lines are counted and left out, a byte order mark at the start is dropped.
public final class NumberedLines implements AutoCloseable {
  /// A row of 8,192 components and a payload of 64 KiB is well below it.
  public static final int LINE_BYTES_MAX = 4 * 1024 * 1024;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream input;
  private final byte[] buffer = new byte[64 * 1024];
  private int position;
  private int limit;
  private long number;

  /// @param bytes without the line end; cut after [#LINE_BYTES_MAX]
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  public record Line(long number, byte[] bytes, boolean cut) {}

  public NumberedLines(InputStream input) {
    this.input = input;
  }

  /// Empty at the end.
  public Optional<Line> next() throws IOException {
    while (position < limit || fill()) {
      var line = readLine();
      if (!isBlank(line.bytes)) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  private Line readLine() throws IOException {
    number++;
    var bytes = new byte[256];
    int length = 0;
    boolean cut = false;
    boolean ended = false;
    while (!ended && (position < limit || fill())) {
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      int taken = Math.min(end - position, LINE_BYTES_MAX - length);
      cut |= taken < end - position;
      if (length + taken > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + taken));
      }
      System.arraycopy(buffer, position, bytes, length, taken);
      length += taken;
      ended = end < limit;
      position = ended ? end + 1 : end;
    }
    int start = number == 1 && startsWithMark(bytes, length) ? BYTE_ORDER_MARK.length : 0;
    return new Line(number, Arrays.copyOfRange(bytes, start, length), cut);
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, input.read(buffer));
    return limit > 0;
  }

  private static boolean startsWithMark(byte[] bytes, int length) {
    return length >= BYTE_ORDER_MARK.length
        && Arrays.equals(
            bytes, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
