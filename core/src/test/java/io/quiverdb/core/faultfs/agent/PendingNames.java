package io.quiverdb.core.faultfs.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The changes of names that a power cut may take back, as the journal's records tell.
public final class PendingNames {
  private final List<NameChange> changes = new ArrayList<>();
  private long last;
  private long committed;

  public static PendingNames read(Path file) throws IOException {
    var pending = new PendingNames();
    for (byte[] record : new RecordFile(file).read()) {
      var _ = pending.add(NameRecord.decode(record));
    }
    return pending;
  }

  /// In order; one that was being made when the process was killed may not have been made.
  public List<NameChange> changes() {
    return List.copyOf(changes);
  }

  /// The number of the last change that a file system with a journal has on the disk.
  public long committed() {
    return committed;
  }

  long last() {
    return last;
  }

  /// @return the changes that are no longer pending
  List<NameChange> add(NameRecord record) {
    switch (record) {
      case NameRecord.Intended(var change) -> {
        changes.add(change);
        last = change.number();
      }
      case NameRecord.Done(var number, var inode) ->
          changes.replaceAll(
              change -> change.number() == number ? change.withInode(inode) : change);
      case NameRecord.NotDone(var number) -> {
        return remove(changes.stream().filter(change -> change.number() == number).toList());
      }
      case NameRecord.DirectoryForced(var directory, var upTo) -> {
        return remove(
            changes.stream()
                .filter(change -> change.number() <= upTo && change.touches(directory))
                .toList());
      }
      case NameRecord.Committed(var upTo) -> {
        committed = Math.max(committed, upTo);
        last = Math.max(last, upTo);
      }
      case NameRecord.Settled(var upTo) -> {
        return remove(changes.stream().filter(change -> change.number() <= upTo).toList());
      }
    }
    return List.of();
  }

  private List<NameChange> remove(List<NameChange> settled) {
    changes.removeAll(settled);
    return settled;
  }

  /// Records that say the same, if nothing is being changed.
  List<byte[]> encode() {
    List<byte[]> records = new ArrayList<>();
    for (NameChange change : changes) {
      records.add(new NameRecord.Intended(change).encode());
    }
    records.add(new NameRecord.Committed(committed).encode());
    return records;
  }
}
