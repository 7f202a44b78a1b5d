package io.quiverdb.core.faultfs.agent;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file or directory of the tree that the process has open. Linux tells about it under
/// `/proc/self`, also when it has another name by now or none.
record OpenFile(int descriptor, long inode, boolean directory, Path path) {
  private static final Path PROC = Path.of("/proc/self");
  private static final int FDINFO_BYTES = 256;
  private static final int O_APPEND = 02000;

  static Path link(int descriptor) {
    return PROC.resolve("fd").resolve(Integer.toString(descriptor));
  }

  long size() throws IOException {
    return Files.size(link(descriptor));
  }

  /// Where the next write goes.
  long position() throws IOException {
    String info;
    try (var stream =
        new FileInputStream(
            PROC.resolve("fdinfo").resolve(Integer.toString(descriptor)).toFile())) {
      info = new String(stream.readNBytes(FDINFO_BYTES), StandardCharsets.US_ASCII);
    }
    int flags = Integer.parseInt(field(info, "flags:"), 8);
    return (flags & O_APPEND) != 0 ? size() : Long.parseLong(field(info, "pos:"));
  }

  private static String field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + name + " in " + info))
        .substring(name.length())
        .strip();
  }

  /// For files that were opened to be written only. Opened once more, and closed: which would give
  /// up a lock on it, so whoever can read the open file does that.
  void read(long offset, byte[] target) throws IOException {
    try (var file = new RandomAccessFile(link(descriptor).toFile(), "r")) {
      file.seek(offset);
      file.readFully(target);
    }
  }
}
