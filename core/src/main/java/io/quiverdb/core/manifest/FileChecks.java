package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// What is checked of a file before its content is believed.
record FileChecks(String path, ByteString content) {
  void magic(int offset, String expected) {
    atLeast(offset + expected.length());
    var actual = content.substring(offset, offset + expected.length());
    that("magic", offset, hex(ByteString.copyFrom(ascii(expected))), hex(actual));
  }

  void atLeast(int bytes) {
    if (content.size() < bytes) {
      throw new CorruptFileException(path, 0, "length", bytes + " or more", content.size());
    }
  }

  void crc(int offset, int expected, int actual) {
    that("checksum", offset, "%08x".formatted(expected), "%08x".formatted(actual));
  }

  void that(String what, long offset, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new CorruptFileException(path, offset, what, expected, actual);
    }
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
