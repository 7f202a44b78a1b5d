package io.quiverdb.core.faultfs;

import io.quiverdb.core.faultfs.Loss.Bytes;
import io.quiverdb.core.faultfs.agent.UndoRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// Takes back some of the writes to one file that were not forced.
final class ByteLoss {
  private final List<Change> changes = new ArrayList<>();
  private final List<Change> unforced;

  /// What becomes of a change in a power cut.
  private enum Fate {
    /// It is on the disk.
    DURABLE,
    /// It may be.
    OPEN,
    /// It is not, since a force has failed.
    LOST
  }

  private static final class Change {
    private final UndoRecord record;
    private final long number;
    private final long offset;
    private final long length;
    private final long sizeBefore;
    private final ByteBuffer old;
    private Fate fate = Fate.OPEN;

    Change(UndoRecord.Overwritten record) {
      this(
          record,
          record.number(),
          record.offset(),
          record.length(),
          record.sizeBefore(),
          record.old());
    }

    Change(UndoRecord.Truncated record) {
      this(
          record,
          record.number(),
          record.sizeAfter(),
          record.sizeBefore() - record.sizeAfter(),
          record.sizeBefore(),
          record.old());
    }

    private Change(
        UndoRecord record, long number, long offset, long length, long sizeBefore, ByteBuffer old) {
      this.record = record;
      this.number = number;
      this.offset = offset;
      this.length = length;
      this.sizeBefore = sizeBefore;
      this.old = old;
    }

    boolean truncates() {
      return record instanceof UndoRecord.Truncated;
    }

    long end() {
      return offset + length;
    }
  }

  /// @param log of the file
  ByteLoss(List<UndoRecord> log) {
    for (UndoRecord record : log) {
      switch (record) {
        case UndoRecord.Overwritten written -> changes.add(new Change(written));
        case UndoRecord.Truncated cut -> changes.add(new Change(cut));
        case UndoRecord.Forced(var upTo) -> decide(upTo, Fate.DURABLE);
        case UndoRecord.Failed(var upTo) -> decide(upTo, Fate.LOST);
      }
    }
    unforced = changes.stream().filter(change -> change.fate == Fate.OPEN).toList();
  }

  private void decide(long upTo, Fate fate) {
    for (Change change : changes) {
      if (change.fate == Fate.OPEN && change.number <= upTo) {
        change.fate = fate;
      }
    }
  }

  /// @return what was lost, if anything
  Optional<PowerLossReport.LostBytes> strike(
      Path file, String name, Bytes bytes, RandomGenerator random) throws IOException {
    if (bytes == Bytes.KEPT || changes.stream().allMatch(change -> change.fate == Fate.DURABLE)) {
      return Optional.empty();
    }
    try (var access = new RandomAccessFile(file.toFile(), "rw")) {
      long sizeBefore = access.length();
      var image = survivor(SparseImage.of(access), bytes, random);
      int sectors = image.changedSectors();
      if (sectors == 0 && image.size() == sizeBefore) {
        return Optional.empty();
      }
      image.flush();
      return Optional.of(
          new PowerLossReport.LostBytes(name, unforced.size(), sectors, sizeBefore, image.size()));
    }
  }

  private SparseImage survivor(SparseImage whole, Bytes bytes, RandomGenerator random)
      throws IOException {
    return switch (bytes) {
      case KEPT -> whole;
      case ALL -> keepingFirst(0, whole);
      case SECTORS -> sectors(whole, random);
      case TORN -> torn(whole, random);
      case MIXED ->
          switch (random.nextInt(4)) {
            case 0 -> keepingFirst(unforced.size(), whole);
            case 1 -> keepingFirst(0, whole);
            case 2 -> sectors(whole, random);
            default -> torn(whole, random);
          };
    };
  }

  private SparseImage sectors(SparseImage whole, RandomGenerator random) throws IOException {
    int count = random.nextInt(unforced.size() + 1);
    var written = keepingFirst(count, whole);
    var image = keepingFirst(0, whole);
    var touched = new TreeSet<Long>();
    for (Change change : unforced.subList(0, count)) {
      for (long number = change.offset / SparseImage.SECTOR_BYTES;
          number * SparseImage.SECTOR_BYTES < change.end();
          number++) {
        touched.add(number);
      }
    }
    for (long number : touched) {
      if (random.nextBoolean()) {
        image.copySector(number, written);
      }
    }
    long grown = written.size() - image.size();
    if (grown > 0) {
      image.setSize(image.size() + random.nextLong(grown + 1));
    } else if (random.nextBoolean()) {
      image.setSize(written.size());
    }
    return image;
  }

  private SparseImage torn(SparseImage whole, RandomGenerator random) throws IOException {
    if (unforced.isEmpty()) {
      return keepingFirst(0, whole);
    }
    int count = random.nextInt(unforced.size());
    var last = unforced.get(count);
    var image = keepingFirst(count, whole);
    if (last.truncates()) {
      return image;
    }
    var written = keepingFirst(count + 1, whole);
    long end = last.offset + random.nextLong(last.length + 1);
    int torn = Math.toIntExact(end - last.offset);
    image.write(last.offset, written.read(last.offset, torn), 0, torn);
    image.setSize(Math.max(image.size(), Math.min(end, written.size())));
    return image;
  }

  /// The file if of the open changes none but the first `count` were made, and none that is lost.
  ///
  /// Undone from the end, each where nothing was written over it that stays.
  private SparseImage keepingFirst(int count, SparseImage whole) throws IOException {
    var image = whole.copy();
    Set<Change> kept = new HashSet<>(unforced.subList(0, count));
    List<Change> stay = new ArrayList<>();
    for (Change change : changes.reversed()) {
      if (change.fate == Fate.DURABLE || kept.contains(change)) {
        stay.add(change);
      } else {
        undo(image, change, stay);
      }
    }
    return image;
  }

  private static void undo(SparseImage image, Change change, List<Change> stay) throws IOException {
    // What was beyond the end is zero.
    var before = new byte[Math.toIntExact(change.length)];
    change.old.duplicate().get(before, 0, change.old.remaining());
    for (Change later : stay) {
      // These bytes are not to be brought back, but left as they are.
      long from = Math.max(change.offset, later.offset);
      long to = Math.min(change.end(), later.end());
      if (from < to && !later.truncates()) {
        int overlap = Math.toIntExact(to - from);
        System.arraycopy(
            image.read(from, overlap), 0, before, Math.toIntExact(from - change.offset), overlap);
      }
    }
    image.write(change.offset, before, 0, before.length);
    if (change.truncates()) {
      image.setSize(Math.max(image.size(), change.sizeBefore));
    } else if (change.sizeBefore < image.size()) {
      long writtenLater =
          stay.stream().filter(it -> !it.truncates()).mapToLong(Change::end).max().orElse(0);
      image.setSize(Math.max(change.sizeBefore, writtenLater));
    }
  }
}
