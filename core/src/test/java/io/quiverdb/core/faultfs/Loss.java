package io.quiverdb.core.faultfs;

/// What a power cut takes of that which was not forced.
public record Loss(Bytes bytes, Names names) {
  /// As a file system with a journal does it: any part of the bytes, and of the names the newest.
  public static final Loss JOURNALED = new Loss(Bytes.MIXED, Names.TAIL);

  /// As POSIX allows it: any part of the bytes, and any name whose directory was not forced.
  public static final Loss POSIX = new Loss(Bytes.MIXED, Names.SUBSET);

  /// The bytes of each file.
  public enum Bytes {
    /// All are kept.
    KEPT,
    /// All are lost.
    ALL,
    /// Some sectors are kept, of a writing that was cut short; a longer file may end in zeros.
    SECTORS,
    /// What was written up to some moment is kept, the last of it in part.
    TORN,
    /// One of the above, for each file by itself.
    MIXED
  }

  /// What was created, renamed, deleted.
  public enum Names {
    /// All is kept.
    KEPT,
    /// Of what was done since anything was last forced, the newest is lost: ext4 and XFS write the
    /// changes of all names in order, and all of them whenever something is forced.
    TAIL,
    /// All that was done since anything was last forced is lost.
    WHOLE_TAIL,
    /// Each change is lost or kept by itself, unless its directory was forced.
    SUBSET,
    /// All changes are lost whose directory was not forced.
    ALL
  }
}
