package io.quiverdb.core;

/// The versions of a format that this release reads: those that it and the release of the minor
/// version before write. It writes the newest.
///
/// A format's version stands where it stood in every version before, and so does a checksum that
/// covers it. So a file of another version is told from one that is damaged.
public record VersionRange(int oldest, int newest) {
  public VersionRange {
    assert 1 <= oldest : oldest;
    assert oldest <= newest : oldest + " to " + newest;
  }

  /// The first version of a format, as long as there is no other.
  public static final VersionRange FIRST = new VersionRange(1, 1);

  public boolean contains(int version) {
    return oldest <= version && version <= newest;
  }

  /// What is to be thrown for a file of a version beyond these.
  ///
  /// @param offset in bytes, of the version
  /// @param isIntact whether the checksum stands
  public StoreException refusal(String file, long offset, int version, boolean isIntact) {
    assert !contains(version) : version + " in " + this;
    return isIntact
        ? new UnsupportedFormatException(file, "format version", version, this)
        : new CorruptFileException(file, offset, "format version", this, version);
  }

  @Override
  public String toString() {
    return oldest == newest ? String.valueOf(newest) : oldest + " to " + newest;
  }
}
