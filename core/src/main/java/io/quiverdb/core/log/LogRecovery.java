package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.ForeignFileException;
import io.quiverdb.core.UnreadableOpException;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// Reads the log that no checkpoint holds, when a store is opened.
///
/// A frame is written only after the one before it was synced. So a frame that is not whole is a
/// torn write if it is the last of the last file, and damage anywhere else.
public final class LogRecovery {
  private final Storage storage;
  private final PageCodec codec;
  private final ByteString storeId;
  private final long firstLsn;

  private final Map<Long, Long> fileBytes = new TreeMap<>();
  private long nextFileId;
  private long nextLsn;
  private ByteString lastTag = LogFormat.NO_TAG;
  private Optional<TornFile> tornFile = Optional.empty();
  private Optional<TornTail> tornTail = Optional.empty();

  /// @param codec the catalogue's
  /// @param firstLsn of the first entry that the checkpoint does not hold
  public LogRecovery(Storage storage, PageCodec codec, long firstLsn) {
    this.storage = storage;
    this.codec = codec;
    this.firstLsn = firstLsn;
    this.storeId = LogFormat.bytes(codec.scope().storeId());
    this.nextFileId = firstLsn;
    this.nextLsn = firstLsn;
  }

  /// Which store a log belongs to, if there is one. For a store that has no checkpoint yet.
  public static Optional<UUID> storeId(Storage storage) throws IOException {
    for (long id : LogFormat.fileIds(storage)) {
      String path = LogFormat.path(id);
      var content = storage.open(path).bytes();
      if (!LogFormat.isTornHeader(content)) {
        return Optional.of(LogFormat.uuid(LogFormat.decodeHeader(path, id, content).storeId()));
      }
    }
    return Optional.empty();
  }

  /// Does the same with a log that may be damaged: the first header that can be read tells.
  ///
  /// @throws CorruptFileException if there are files and none of their headers can be read
  public static Optional<UUID> readableStoreId(Storage storage) throws IOException {
    Optional<CorruptFileException> damage = Optional.empty();
    for (long id : LogFormat.fileIds(storage)) {
      String path = LogFormat.path(id);
      try {
        var header = LogFormat.decodeHeader(path, id, storage.open(path).bytes());
        return Optional.of(LogFormat.uuid(header.storeId()));
      } catch (CorruptFileException e) {
        damage = Optional.of(e);
      }
    }
    if (damage.isPresent()) {
      throw damage.get();
    }
    return Optional.empty();
  }

  /// Whether there is a log, readable or not.
  public static boolean hasLog(Storage storage) throws IOException {
    return !LogFormat.fileIds(storage).isEmpty();
  }

  /// What is done with an entry.
  public interface Replay {
    void apply(long lsn, Entry entry);
  }

  /// One whose header was never written.
  private record TornFile(String path, long bytes) {}

  private record FoundFile(long id, String path, MemorySegment content, LogFormat.Header header) {}

  /// Replays all entries from the first on, and only then cuts off what a crash left unfinished.
  /// Afterwards, all that was replayed is durable.
  ///
  /// @throws CorruptFileException if a file does not hold what was written to it, or is missing
  /// @throws WrongKeyException if a file is sealed by another key
  /// @throws ForeignFileException if a file is of another store
  public void run(Replay replay) throws IOException {
    // The process before may have been killed before it synced what is read here.
    storage.syncDirectory("");
    if (!storage.exists(LogFormat.DIRECTORY)) {
      return;
    }
    storage.syncDirectory(LogFormat.DIRECTORY);
    var files = withoutCovered(find());
    for (int index = 0; index < files.size(); index++) {
      boolean last = index == files.size() - 1 && tornFile.isEmpty();
      read(files.get(index), index == 0, last, replay);
    }
    settle();
  }

  private List<FoundFile> find() throws IOException {
    var ids = LogFormat.fileIds(storage);
    var files = new ArrayList<FoundFile>();
    for (long id : ids) {
      String path = LogFormat.path(id);
      var content = storage.open(path).bytes();
      nextFileId = Math.max(nextFileId, id + 1);
      if (id == ids.getLast() && LogFormat.isTornHeader(content)) {
        tornFile = Optional.of(new TornFile(path, content.byteSize()));
      } else {
        files.add(new FoundFile(id, path, content, LogFormat.decodeHeader(path, id, content)));
      }
    }
    return files;
  }

  /// The checkpoint holds all of a file if the next one begins no later than where it ends. Of such
  /// files, any may be there: they were being deleted.
  private List<FoundFile> withoutCovered(List<FoundFile> files) {
    int first = 0;
    while (first + 1 < files.size() && files.get(first + 1).header.baseLsn() <= firstLsn) {
      first++;
    }
    return files.subList(first, files.size());
  }

  private void read(FoundFile file, boolean first, boolean last, Replay replay) {
    requireNext(file, first);
    var reader = new LogFileReader(file.path, file.content, file.header, codec(file));
    for (var frame = reader.next(); frame.isPresent(); frame = reader.next()) {
      long lsn = frame.get().firstLsn();
      for (var entry : frame.get().entries()) {
        if (lsn >= firstLsn) {
          replay(replay, lsn, entry, file.path);
        }
        lsn++;
      }
    }
    if (!reader.isAtEnd()) {
      requireTorn(reader, last);
      tornTail =
          Optional.of(
              new TornTail(
                  file.path,
                  reader.offset(),
                  reader.nextLsn(),
                  file.content.byteSize() - reader.offset()));
    }
    fileBytes.put(file.id, reader.offset());
    nextLsn = Math.max(firstLsn, reader.nextLsn());
    lastTag = reader.lastTag();
  }

  private static void replay(Replay replay, long lsn, Entry entry, String path) {
    try {
      replay.apply(lsn, entry);
    } catch (UnreadableOpException e) {
      // The frame is whole, and of this store: but of another history of it.
      throw new CorruptFileException(
          path, 0, "operation at LSN " + lsn, "one of this store", String.valueOf(e.getMessage()));
    }
  }

  private FileCodec codec(FoundFile file) {
    var fileCodec = codec.file(LogFormat.SEALED_TYPE, file.id, file.header.salt().toByteArray());
    if (!Arrays.equals(fileCodec.check(), file.header.check().toByteArray())) {
      throw new WrongKeyException(
          file.path + ": sealed by another key (expected: the store's catalogue key)");
    }
    return fileCodec;
  }

  private void requireNext(FoundFile file, boolean first) {
    var header = file.header;
    if (!first) {
      that(file.path, "base LSN", nextLsn, header.baseLsn());
      that(
          file.path,
          "tag of the frame before (LSN " + nextLsn + ")",
          lastTag,
          header.previousTag());
    } else if (header.baseLsn() > firstLsn) {
      throw new CorruptFileException(
          file.path, 0, "base LSN", "at most " + firstLsn, header.baseLsn());
    }
    if (!storeId.equals(header.storeId())) {
      throw new ForeignFileException(
          "store id of " + file.path,
          LogFormat.uuid(storeId).toString(),
          LogFormat.uuid(header.storeId()).toString());
    }
  }

  private static void requireTorn(LogFileReader reader, boolean last) {
    if (!last) {
      throw reader.corrupt("log frame, with a file behind it", "whole", "damaged");
    }
    var behind = reader.wholeFrameBehind();
    if (behind.isPresent()) {
      throw reader.corrupt(
          "log frame, with a whole one behind it at " + behind.getAsLong(), "whole", "damaged");
    }
  }

  /// What was read becomes durable, and what is unfinished goes.
  private void settle() throws IOException {
    if (tornFile.isPresent()) {
      var torn = tornFile.get();
      tornTail = Optional.of(new TornTail(torn.path, 0, nextLsn, torn.bytes));
      storage.delete(torn.path);
      storage.syncDirectory(LogFormat.DIRECTORY);
    } else if (tornTail.isPresent()) {
      storage.truncate(tornTail.get().file(), tornTail.get().offset());
    }
    // All files before the last were synced before it was begun.
    if (!fileBytes.isEmpty()) {
      storage.sync(LogFormat.path(Collections.max(fileBytes.keySet())));
    }
  }

  /// What was cut off.
  public Optional<TornTail> tornTail() {
    return tornTail;
  }

  /// How many entries were replayed.
  public long entryCount() {
    return nextLsn - firstLsn;
  }

  long nextLsn() {
    return nextLsn;
  }

  long nextFileId() {
    return nextFileId;
  }

  ByteString lastTag() {
    return lastTag;
  }

  /// Of the files that were read: their length, by their id.
  Map<Long, Long> fileBytes() {
    return fileBytes;
  }

  private static void that(String path, String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new CorruptFileException(path, 0, what, expected, actual);
    }
  }
}
