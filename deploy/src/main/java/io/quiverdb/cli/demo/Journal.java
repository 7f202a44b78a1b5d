package io.quiverdb.cli.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Writes one line of JSON for every acknowledged point, so that an outsider can check:
/// `{"id":"w0-17","digest":"…","shard":1,"term":2,"index":345}`. Ids are the writers' own, which
/// need no escaping. Safe for use by many threads.
final class Journal implements AutoCloseable {
  private final BufferedWriter file;

  private Journal(BufferedWriter file) {
    this.file = file;
  }

  static Journal create(Path path) throws IOException {
    return new Journal(Files.newBufferedWriter(path));
  }

  synchronized void add(Acknowledgement acknowledgement) throws IOException {
    file.write(line(acknowledgement));
    file.newLine();
  }

  static String line(Acknowledgement acknowledgement) {
    return String.format(
        Locale.ROOT,
        "{\"id\":\"%s\",\"digest\":\"%s\",\"shard\":%d,\"term\":%d,\"index\":%d}",
        acknowledgement.id(),
        acknowledgement.digest(),
        acknowledgement.shard(),
        acknowledgement.term(),
        acknowledgement.index());
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
