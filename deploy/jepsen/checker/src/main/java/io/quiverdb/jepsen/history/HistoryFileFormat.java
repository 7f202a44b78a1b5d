package io.quiverdb.jepsen.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The files that hold histories.
public enum HistoryFileFormat {
  /// As [HistoryWriter] writes them.
  JSON_LINES,
  /// As [EtcdLogReader] reads them.
  JEPSEN_ETCD;

  /// @throws MalformedHistoryException if it is no such file, or was cut
  /// @throws java.nio.charset.CharacterCodingException if it is not UTF-8
  public History read(Path file) throws IOException {
    try (var in = Files.newBufferedReader(file)) {
      return switch (this) {
        case JSON_LINES -> HistoryReader.read(in);
        case JEPSEN_ETCD -> EtcdLogReader.read(in);
      };
    }
  }
}
