package io.quiverdb.core.faultfs.agent;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// Records, each behind its length (i32, big-endian). What is appended survives the end of the
/// process, not of the system; a record that a kill has torn is none.
///
/// By classes that an interruption of the thread does not close.
final class RecordFile {
  private final Path file;

  RecordFile(Path file) {
    this.file = file;
  }

  List<byte[]> read() throws IOException {
    List<byte[]> records = new ArrayList<>();
    if (!Files.exists(file)) {
      return records;
    }
    ByteBuffer content;
    try (var stream = new FileInputStream(file.toFile())) {
      content = ByteBuffer.wrap(stream.readAllBytes());
    }
    while (content.remaining() >= Integer.BYTES) {
      int length = content.getInt();
      if (length > content.remaining()) {
        break;
      }
      var record = new byte[length];
      content.get(record);
      records.add(record);
    }
    return records;
  }

  /// Cuts what a kill has left of a record, so that others can follow.
  void cutTornTail() throws IOException {
    long wholeBytes = read().stream().mapToLong(record -> Integer.BYTES + record.length).sum();
    if (wholeBytes < length()) {
      try (var out = new RandomAccessFile(file.toFile(), "rw")) {
        out.setLength(wholeBytes);
      }
    }
  }

  long length() throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  void append(byte[] record) throws IOException {
    try (var out = new RandomAccessFile(file.toFile(), "rw")) {
      long end = out.length();
      out.seek(end);
      try {
        out.write(framed(record));
      } catch (IOException e) {
        // The disk is full, say: no half record may stay.
        out.setLength(end);
        throw e;
      }
    }
  }

  /// As a whole: a kill leaves the old records or the new ones.
  void replace(List<byte[]> records) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try (var out = new RandomAccessFile(temporary.toFile(), "rw")) {
      out.setLength(0);
      for (byte[] record : records) {
        out.write(framed(record));
      }
    }
    var _ = Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
  }

  void delete() throws IOException {
    var _ = Files.deleteIfExists(file);
  }

  private static byte[] framed(byte[] record) {
    return ByteBuffer.allocate(Integer.BYTES + record.length)
        .putInt(record.length)
        .put(record)
        .array();
  }
}
