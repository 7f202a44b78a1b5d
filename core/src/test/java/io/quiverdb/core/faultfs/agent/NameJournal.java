package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.NameChange.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/// The changes of names that are not on the disk yet, and, in an attic, the files that would come
/// back under a name that they lost.
///
/// Invariant: a change is in the journal, and what it takes a name from in the attic, before it is
/// made; changes are made one at a time.
public final class NameJournal {
  /// What the attic may hold before the oldest changes count as being on the disk: where nobody
  /// forces directories, every file ever deleted would be kept.
  private static final long ATTIC_BYTES_MAX = 512L << 20;

  private static final long COMPACTION_BYTES = 1 << 20;

  private final RecordFile log;
  private final Attic attic;
  private final PendingNames pending;

  private NameJournal(RecordFile log, Attic attic, PendingNames pending) {
    this.log = log;
    this.attic = attic;
    this.pending = pending;
  }

  /// Goes on where a killed process stopped.
  static NameJournal open(Path file, Attic attic) throws IOException {
    var log = new RecordFile(file);
    log.cutTornTail();
    return new NameJournal(log, attic, PendingNames.read(file));
  }

  /// Something new gets a name; `path` is where to find it then.
  synchronized <T> T create(Name name, Path path, IoAction<T> action) throws IOException {
    var change = new NameChange(pending.last() + 1, Name.NONE, name, 0, 0);
    T result = make(change, action);
    long inode = Inodes.of(path);
    // Whoever had this number before is gone.
    attic.forgetBytes(inode);
    write(new NameRecord.Done(change.number(), inode));
    return result;
  }

  /// Something gets one more name.
  synchronized <T> T link(Name name, long inode, IoAction<T> action) throws IOException {
    return make(new NameChange(pending.last() + 1, Name.NONE, name, inode, 0), action);
  }

  /// @param path what loses its only name is kept in the attic
  synchronized <T> T delete(Name name, Path path, IoAction<T> action) throws IOException {
    var change = new NameChange(pending.last() + 1, name, Name.NONE, Inodes.of(path), 0);
    attic.keep(change.number(), path);
    return make(change, action);
  }

  /// Deletes an empty directory, which must not be deleted: its inode's number would be given to
  /// another.
  synchronized void deleteDirectory(Name name, Path path) throws IOException {
    var change = new NameChange(pending.last() + 1, name, Name.NONE, Inodes.of(path), 0);
    make(
        change,
        () -> {
          attic.move(change.number(), path);
          return true;
        });
  }

  /// @param replaced what stands at the new name, if anything does
  synchronized <T> T rename(Name removed, Name added, Path from, Path replaced, IoAction<T> action)
      throws IOException {
    boolean replaces = Files.exists(replaced, LinkOption.NOFOLLOW_LINKS);
    long lost = replaces ? Inodes.of(replaced) : 0;
    var change = new NameChange(pending.last() + 1, removed, added, Inodes.of(from), lost);
    if (replaces) {
      attic.keep(change.number(), replaced);
    }
    return make(change, action);
  }

  private <T> T make(NameChange change, IoAction<T> action) throws IOException {
    write(new NameRecord.Intended(change));
    T result;
    try {
      result = action.run();
    } catch (IOException | RuntimeException e) {
      write(new NameRecord.NotDone(change.number()));
      throw e;
    }
    settleWhatIsTooMuch();
    return result;
  }

  /// The number of the last change, for the methods below.
  synchronized long mark() {
    return pending.last();
  }

  synchronized void directoryForced(long directory, long upTo) throws IOException {
    write(new NameRecord.DirectoryForced(directory, upTo));
    committed(upTo);
  }

  /// Something was forced.
  synchronized void committed(long upTo) throws IOException {
    if (upTo > pending.committed()) {
      write(new NameRecord.Committed(upTo));
    }
    compact();
  }

  private void settleWhatIsTooMuch() throws IOException {
    while (attic.bytes() > ATTIC_BYTES_MAX && pending.changes().size() > 1) {
      write(new NameRecord.Settled(pending.changes().getFirst().number()));
    }
  }

  private void write(NameRecord record) throws IOException {
    log.append(record.encode());
    for (NameChange settled : pending.add(record)) {
      if (attic.drop(settled.number())) {
        // The directory is gone for good, and so is what changed in it; its number may be given to
        // another.
        write(new NameRecord.DirectoryForced(settled.inode(), pending.last()));
      }
    }
  }

  private void compact() throws IOException {
    if (log.length() > COMPACTION_BYTES) {
      List<byte[]> records = pending.encode();
      if (records.stream().mapToLong(record -> record.length).sum() < COMPACTION_BYTES / 2) {
        log.replace(records);
      }
    }
  }
}
