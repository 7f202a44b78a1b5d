package io.quiverdb.core.log;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.storage.WritableFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// The log of a store, as it grows. For one thread at a time, but for [#bytes] and [#deleteBefore].
///
/// A file is begun by the first entry that goes to it, and never continued by a later process.
/// After an [IOException] nothing is to be written any more.
public final class WriteAheadLog implements Closeable {
  private static final int BUFFER_BYTES = 64 * 1024;

  /// A larger one, which a large group has made, is not kept.
  private static final int BUFFER_BYTES_KEPT_MAX = 8 << 20;

  private final Storage storage;
  private final PageCodec codec;
  private final RandomGenerator markers;

  private Optional<OpenFile> current = Optional.empty();
  private long nextFileId;
  private long nextLsn;
  private ByteString lastTag;

  /// By file id. Read by any thread.
  private final ConcurrentSkipListMap<Long, Long> fileBytes = new ConcurrentSkipListMap<>();

  private final AtomicLong writtenBytes = new AtomicLong();
  private byte[] plainBuffer = new byte[BUFFER_BYTES];
  private byte[] frameBuffer = new byte[BUFFER_BYTES];

  /// Continues what was recovered.
  ///
  /// @param codec the catalogue's
  public WriteAheadLog(
      Storage storage, PageCodec codec, RandomGenerator markers, LogRecovery recovered) {
    this.storage = storage;
    this.codec = codec;
    this.markers = markers;
    this.nextFileId = recovered.nextFileId();
    this.nextLsn = recovered.nextLsn();
    this.lastTag = recovered.lastTag();
    this.fileBytes.putAll(recovered.fileBytes());
    writtenBytes.set(bytes());
  }

  private record OpenFile(
      WritableFile file, LogFormat.Header header, FileCodec codec, long frameNumber) {
    OpenFile withOneMoreFrame() {
      return new OpenFile(file, header, codec, frameNumber + 1);
    }
  }

  /// Writes entries as one group, with consecutive LSNs. They are durable when it returns.
  ///
  /// @param entries at least one
  /// @return the LSN of the first
  public long append(List<Entry> entries) throws IOException {
    assert !entries.isEmpty() : "no entry";
    var open = current.isPresent() ? current.get() : begin();
    var frame = seal(open, entries);
    open.file.append(frame.asByteBuffer());
    open.file.sync();
    fileBytes.merge(open.header.fileId(), frame.byteSize(), Long::sum);
    writtenBytes.addAndGet(frame.byteSize());
    current = Optional.of(open.withOneMoreFrame());
    lastTag = LogFormat.tag(frame, open.codec);
    long firstLsn = nextLsn;
    nextLsn += entries.size();
    return firstLsn;
  }

  private OpenFile begin() throws IOException {
    var fileCodec = codec.newFile(LogFormat.SEALED_TYPE, nextFileId);
    var header =
        new LogFormat.Header(
            nextFileId,
            nextLsn,
            LogFormat.bytes(codec.scope().storeId()),
            markers.nextLong(),
            ByteString.copyFrom(fileCodec.salt()),
            ByteString.copyFrom(fileCodec.check()),
            lastTag);
    storage.createDirectories(LogFormat.DIRECTORY);
    storage.syncDirectory("");
    var file = storage.create(LogFormat.path(nextFileId));
    nextFileId++;
    file.append(ByteBuffer.wrap(header.encode()));
    file.sync();
    storage.syncDirectory(LogFormat.DIRECTORY);
    fileBytes.put(header.fileId(), (long) LogFormat.HEADER_BYTES);
    return new OpenFile(file, header, fileCodec, 0);
  }

  private MemorySegment seal(OpenFile open, List<Entry> entries) {
    int plainBytes = Math.toIntExact(entries.stream().mapToLong(EntryList::encodedBytes).sum());
    int frameBytes = LogFormat.FRAME_HEADER_BYTES + plainBytes + open.codec.overheadBytes();
    plainBuffer = buffer(plainBuffer, plainBytes);
    frameBuffer = buffer(frameBuffer, frameBytes);
    EntryList.encode(entries, ByteBuffer.wrap(plainBuffer, 0, plainBytes));
    var frame = MemorySegment.ofArray(frameBuffer).asSlice(0, frameBytes);
    LogFormat.seal(
        open.header,
        open.frameNumber,
        nextLsn,
        lastTag,
        MemorySegment.ofArray(plainBuffer).asSlice(0, plainBytes),
        open.codec,
        frame);
    return frame;
  }

  /// One that has room; the usual one again after a large one.
  private static byte[] buffer(byte[] last, int bytes) {
    if (bytes > last.length) {
      return new byte[Math.max(bytes, Math.min(2 * last.length, BUFFER_BYTES_KEPT_MAX))];
    }
    return last.length > BUFFER_BYTES_KEPT_MAX ? new byte[Math.max(bytes, BUFFER_BYTES)] : last;
  }

  /// Ends the file: the next entry begins another.
  ///
  /// @return the id from which on later entries are; the files before it hold all earlier ones
  public long cut() throws IOException {
    close();
    return nextFileId;
  }

  /// Leaves LSNs out: those of what came as a snapshot.
  ///
  /// @param lsn of the next entry, not less than it would have been
  public void skipTo(long lsn) throws IOException {
    assert lsn >= nextLsn : lsn + " after " + nextLsn;
    close();
    nextLsn = lsn;
  }

  /// Deletes the files before `fileId`, of which a durable manifest says that it holds all that is
  /// in them. None of them comes back after it.
  ///
  /// @return how many
  public int deleteBefore(long fileId) throws IOException {
    int deleted = 0;
    for (long id : LogFormat.fileIds(storage)) {
      if (id < fileId) {
        storage.delete(LogFormat.path(id));
        deleted++;
      }
    }
    if (deleted > 0) {
      storage.syncDirectory(LogFormat.DIRECTORY);
    }
    fileBytes.headMap(fileId).clear();
    return deleted;
  }

  /// The paths of the files that begin before an LSN, or of which that cannot be told.
  public static List<String> filesFromBefore(Storage storage, long lsn) throws IOException {
    var paths = new ArrayList<String>();
    for (long id : LogFormat.fileIds(storage)) {
      if (!beginsAtOrAfter(storage, id, lsn)) {
        paths.add(LogFormat.path(id));
      }
    }
    return paths;
  }

  private static boolean beginsAtOrAfter(Storage storage, long fileId, long lsn)
      throws IOException {
    String path = LogFormat.path(fileId);
    try {
      return LogFormat.decodeHeader(path, fileId, storage.open(path).bytes()).baseLsn() >= lsn;
    } catch (CorruptFileException _) {
      return false;
    }
  }

  /// Since the store was opened, with what was recovered then.
  public long writtenBytes() {
    return writtenBytes.get();
  }

  /// On disk, of all files that are needed.
  public long bytes() {
    return fileBytes.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void close() throws IOException {
    if (current.isPresent()) {
      current.get().file.close();
      current = Optional.empty();
    }
  }
}
