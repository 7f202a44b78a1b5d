package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Reads the log that no checkpoint holds, when a store is opened.
///
/// A frame is written only after the one before it was synced. So a frame that is not whole is a
/// torn write if it is the last of the last file, and damage anywhere else.
public final class LogRecovery {
  private final Storage storage;
  private final LogCodecs codecs;
  private final long firstFileId;
  private final long firstLsn;

  private final Map<Long, Long> fileBytes = new TreeMap<>();
  private long nextFileId;
  private long nextLsn;
  private ByteString lastTag = LogFormat.NO_TAG;
  private Optional<ByteString> storeId;
  private Optional<TornTail> tornTail = Optional.empty();

  /// @param firstFileId files of lesser ids hold nothing that the checkpoint does not
  /// @param firstLsn of the first entry that the checkpoint does not hold
  /// @param storeId of the checkpoint, if there is one
  public LogRecovery(
      Storage storage,
      LogCodecs codecs,
      long firstFileId,
      long firstLsn,
      Optional<ByteString> storeId) {
    this.storage = storage;
    this.codecs = codecs;
    this.firstFileId = firstFileId;
    this.firstLsn = firstLsn;
    this.storeId = storeId;
    this.nextFileId = firstFileId;
    this.nextLsn = firstLsn;
  }

  /// What is done with an entry.
  public interface Replay {
    void apply(long lsn, Entry entry);
  }

  /// Replays all entries, and only then cuts off what a crash left unfinished. Afterwards, all that
  /// was replayed is durable.
  ///
  /// @throws CorruptFileException if a file does not hold what was written to it, or is missing
  public void run(Replay replay) throws IOException {
    // The process before may have been killed before it synced what is read here.
    storage.syncDirectory("");
    if (!storage.exists(LogFormat.DIRECTORY)) {
      return;
    }
    storage.syncDirectory(LogFormat.DIRECTORY);
    var ids = liveFileIds();
    for (int index = 0; index < ids.size(); index++) {
      boolean last = index == ids.size() - 1;
      read(ids.get(index), last, replay);
    }
    if (!ids.isEmpty()) {
      settle(ids.getLast());
    }
  }

  private List<Long> liveFileIds() throws IOException {
    var ids =
        storage.list(LogFormat.DIRECTORY).stream()
            .flatMapToLong(name -> LogFormat.fileId(name).stream())
            .filter(fileId -> fileId >= firstFileId)
            .sorted()
            .boxed()
            .toList();
    nextFileId = ids.isEmpty() ? firstFileId : ids.getLast() + 1;
    return ids;
  }

  private void read(long fileId, boolean last, Replay replay) throws IOException {
    String path = LogFormat.path(fileId);
    var content = storage.open(path).bytes();
    if (last && LogFormat.isTornHeader(content)) {
      tornTail = Optional.of(new TornTail(path, 0, nextLsn, content.byteSize()));
      return;
    }
    var header = LogFormat.decodeHeader(path, fileId, content);
    requireNext(path, header);
    var reader =
        new LogFileReader(path, content, header, codecs.codec(header.fileId(), header.salt()));
    for (var frame = reader.next(); frame.isPresent(); frame = reader.next()) {
      long lsn = frame.get().firstLsn();
      for (var entry : frame.get().entries()) {
        replay.apply(lsn++, entry);
      }
    }
    if (!reader.isAtEnd()) {
      requireTorn(reader, last);
      tornTail =
          Optional.of(
              new TornTail(
                  path, reader.offset(), reader.nextLsn(), content.byteSize() - reader.offset()));
    }
    fileBytes.put(fileId, reader.offset());
    nextLsn = reader.nextLsn();
    lastTag = reader.lastTag();
  }

  private void requireNext(String path, LogFormat.Header header) {
    that(path, "base LSN", nextLsn, header.baseLsn());
    if (!fileBytes.isEmpty()) {
      that(path, "tag of the frame before (LSN " + nextLsn + ")", lastTag, header.previousTag());
    }
    storeId.ifPresent(id -> that(path, "store id", id, header.storeId()));
    storeId = Optional.of(header.storeId());
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

  /// The last file: what is read of it becomes durable, and the rest goes.
  private void settle(long lastFileId) throws IOException {
    String path = LogFormat.path(lastFileId);
    if (tornTail.isPresent() && tornTail.get().offset() == 0) {
      storage.delete(path);
      storage.syncDirectory(LogFormat.DIRECTORY);
      return;
    }
    if (tornTail.isPresent()) {
      storage.truncate(path, tornTail.get().offset());
    }
    storage.sync(path);
  }

  /// What was cut off.
  public Optional<TornTail> tornTail() {
    return tornTail;
  }

  /// Which store wrote the log; empty if there is no file of it.
  public Optional<ByteString> storeId() {
    return storeId;
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
