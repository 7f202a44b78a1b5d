package io.quiverdb.core.faultfs.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How to take back the writes that are not on the disk yet: of each file, by its inode, which it
/// keeps whatever it is called.
public final class ByteJournal {
  private final Path folder;
  private final Map<Long, UnforcedBytes> files = new ConcurrentHashMap<>();

  private ByteJournal(Path folder) {
    this.folder = folder;
  }

  /// Goes on where a killed process stopped.
  static ByteJournal open(Path folder) throws IOException {
    var journal = new ByteJournal(Files.createDirectories(folder));
    for (long inode : read(folder).keySet()) {
      journal.files.put(inode, new UnforcedBytes(journal.file(inode)));
    }
    return journal;
  }

  /// All that it says, by inode.
  public static Map<Long, List<UndoRecord>> read(Path folder) throws IOException {
    Map<Long, List<UndoRecord>> logs = new HashMap<>();
    if (!Files.isDirectory(folder)) {
      return logs;
    }
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        logs.put(
            Long.parseLong(file.getFileName().toString()),
            new RecordFile(file).read().stream().map(UndoRecord::decode).toList());
      }
    }
    return logs;
  }

  UnforcedBytes of(long inode) throws IOException {
    var known = files.get(inode);
    if (known != null) {
      return known;
    }
    var created = new UnforcedBytes(file(inode));
    var raced = files.putIfAbsent(inode, created);
    return raced == null ? created : raced;
  }

  /// The inode is, or is about to be, another file's.
  void forget(long inode) throws IOException {
    var _ = files.remove(inode);
    file(inode).delete();
  }

  private RecordFile file(long inode) {
    return new RecordFile(folder.resolve(Long.toString(inode)));
  }
}
