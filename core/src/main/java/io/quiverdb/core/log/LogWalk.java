package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads a log that may be damaged, as far as it can be read, and names what is wrong with it.
/// Changes nothing. What is unfinished at the end is no damage: opening the store cuts it off.
public final class LogWalk implements AutoCloseable {
  private final List<FoundFile> files;
  private final PageCodec codec;
  private final Consumer<Damage> damages;
  private final Arena arena;

  private record FoundFile(long id, String path, MemorySegment content) {}

  private LogWalk(List<FoundFile> files, PageCodec codec, Consumer<Damage> damages, Arena arena) {
    this.files = files;
    this.codec = codec;
    this.damages = damages;
    this.arena = arena;
  }

  /// The files as they are now. There may be none.
  ///
  /// @param codec the catalogue's
  /// @param damages hears of everything that is wrong
  @SuppressWarnings("MustBeClosedChecker") // with the walk
  public static LogWalk open(Storage storage, PageCodec codec, Consumer<Damage> damages)
      throws IOException {
    var arena = Arena.ofShared();
    try {
      var files = new ArrayList<FoundFile>();
      for (long id : LogFormat.fileIds(storage)) {
        String path = LogFormat.path(id);
        files.add(new FoundFile(id, path, storage.open(path, arena).bytes()));
      }
      return new LogWalk(files, codec, damages, arena);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  public int fileCount() {
    return files.size();
  }

  public long byteCount() {
    return files.stream().mapToLong(file -> file.content.byteSize()).sum();
  }

  /// Reads the entries that a checkpoint does not hold. Where one cannot be read, those behind it
  /// in the same file are left out.
  ///
  /// @param firstLsn of the first of them
  /// @throws WrongKeyException if a file is sealed by another key
  public void run(long firstLsn, LogRecovery.Replay replay) {
    var readable = withoutCovered(readable(), firstLsn);
    var progress = new Progress(firstLsn, Optional.empty());
    for (var file : readable) {
      noteGap(file, progress, file.equals(readable.getFirst()));
      progress = read(file, progress.nextLsn, replay);
    }
  }

  /// Those of which the header can be read, and is one of this store's.
  private List<ReadableLog> readable() {
    var readable = new ArrayList<ReadableLog>();
    for (var file : files) {
      boolean isLast = file.equals(files.getLast());
      if (isLast && LogFormat.isTornHeader(file.content)) {
        continue;
      }
      try {
        var header = LogFormat.decodeHeader(file.path, file.id, file.content);
        requireStore(file, header);
        readable.add(new ReadableLog(file, header, isLast));
      } catch (CorruptFileException e) {
        damages.accept(Damage.of(e));
      }
    }
    return readable;
  }

  private void requireStore(FoundFile file, LogFormat.Header header) {
    var expected = LogFormat.bytes(codec.scope().storeId());
    if (!expected.equals(header.storeId())) {
      throw new CorruptFileException(
          file.path, 0, "store id", LogFormat.uuid(expected), LogFormat.uuid(header.storeId()));
    }
  }

  private record ReadableLog(FoundFile file, LogFormat.Header header, boolean isLast) {}

  /// As [LogRecovery] does: a file is covered by the checkpoint if the next one begins no later
  /// than where that ends, and any of the covered ones may be there.
  private static List<ReadableLog> withoutCovered(List<ReadableLog> files, long firstLsn) {
    int first = 0;
    while (first + 1 < files.size() && files.get(first + 1).header.baseLsn() <= firstLsn) {
      first++;
    }
    return files.subList(first, files.size());
  }

  /// @param lastTag of the file before; empty if that has not been read to its end
  private record Progress(long nextLsn, Optional<ByteString> lastTag) {}

  private Progress read(ReadableLog log, long nextLsn, LogRecovery.Replay replay) {
    var file = log.file;
    long next = nextLsn;
    try {
      var reader = new LogFileReader(file.path, file.content, log.header, codec(file, log.header));
      for (var frame = reader.next(); frame.isPresent(); frame = reader.next()) {
        long lsn = frame.get().firstLsn();
        for (var entry : frame.get().entries()) {
          if (lsn >= next) {
            replay.apply(lsn, entry);
            next = lsn + 1;
          }
          lsn++;
        }
      }
      if (reader.isAtEnd()) {
        return new Progress(next, Optional.of(reader.lastTag()));
      }
      if (!log.isLast || reader.wholeFrameBehind().isPresent()) {
        throw reader.corrupt("log frame", "whole", "damaged");
      }
    } catch (CorruptFileException e) {
      damages.accept(Damage.of(e));
    }
    return new Progress(next, Optional.empty());
  }

  private void noteGap(ReadableLog log, Progress before, boolean isFirst) {
    long base = log.header.baseLsn();
    if (isFirst ? base > before.nextLsn : base != before.nextLsn) {
      note(log, "base LSN", (isFirst ? "at most " : "") + before.nextLsn, base);
    } else if (before.lastTag.isPresent()
        && !before.lastTag.get().equals(log.header.previousTag())) {
      note(log, "tag of the frame before", "that of the file before", "another");
    }
  }

  private void note(ReadableLog log, String what, Object expected, Object found) {
    damages.accept(Damage.of(new CorruptFileException(log.file.path, 0, what, expected, found)));
  }

  private FileCodec codec(FoundFile file, LogFormat.Header header) {
    var fileCodec = codec.file(LogFormat.SEALED_TYPE, file.id, header.salt().toByteArray());
    if (!Arrays.equals(fileCodec.check(), header.check().toByteArray())) {
      throw new WrongKeyException(
          file.path + ": sealed by another key (expected: the store's catalogue key)");
    }
    return fileCodec;
  }

  @Override
  public void close() {
    arena.close();
  }
}
