package io.quiverdb.core.faultfs.agent;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What was written to one file and is not on the disk yet.
///
/// Invariant: each change is in the journal before it is made, and one is made at a time.
final class UnforcedBytes {
  private final RecordFile log;
  private long last;
  private long forced;
  private boolean failed;

  UnforcedBytes(RecordFile log) throws IOException {
    this.log = log;
    log.cutTornTail();
    for (byte[] record : log.read()) {
      switch (UndoRecord.decode(record)) {
        case UndoRecord.Overwritten written -> last = written.number();
        case UndoRecord.Truncated cut -> last = cut.number();
        case UndoRecord.Forced(var upTo) -> forced = upTo;
        case UndoRecord.Failed _ -> failed = true;
      }
    }
  }

  @FunctionalInterface
  interface OldBytes {
    /// Reads what stands at `offset`, as far as the file goes.
    void read(long offset, byte[] target) throws IOException;
  }

  @FunctionalInterface
  interface Size {
    long get() throws IOException;
  }

  @FunctionalInterface
  interface Place {
    long get() throws IOException;
  }

  /// @param place where the file is written to when its turn comes
  synchronized <T> T overwrite(
      Place place, long length, Size size, OldBytes old, IoAction<T> action) throws IOException {
    long offset = place.get();
    long sizeBefore = size.get();
    var bytes = new byte[Math.toIntExact(Math.clamp(sizeBefore - offset, 0, length))];
    if (bytes.length > 0) {
      old.read(offset, bytes);
    }
    last++;
    log.append(
        new UndoRecord.Overwritten(last, offset, length, sizeBefore, ByteBuffer.wrap(bytes))
            .encode());
    return action.run();
  }

  synchronized <T> T resize(long newSize, Size size, OldBytes old, IoAction<T> action)
      throws IOException {
    long sizeBefore = size.get();
    last++;
    if (newSize < sizeBefore) {
      var bytes = new byte[Math.toIntExact(sizeBefore - newSize)];
      old.read(newSize, bytes);
      log.append(
          new UndoRecord.Truncated(last, newSize, sizeBefore, ByteBuffer.wrap(bytes)).encode());
    } else if (newSize > sizeBefore) {
      long grown = newSize - sizeBefore;
      log.append(
          new UndoRecord.Overwritten(last, sizeBefore, grown, sizeBefore, UndoRecord.NOTHING)
              .encode());
    }
    return action.run();
  }

  /// The number of the last change, for [#forced].
  synchronized long mark() {
    return last;
  }

  synchronized void forced(long upTo) throws IOException {
    if (upTo <= forced) {
      return;
    }
    forced = upTo;
    if (forced == last && !failed) {
      log.delete();
    } else {
      log.append(new UndoRecord.Forced(upTo).encode());
    }
  }

  synchronized void failed(long upTo) throws IOException {
    if (upTo > forced) {
      failed = true;
      log.append(new UndoRecord.Failed(upTo).encode());
    }
  }
}
