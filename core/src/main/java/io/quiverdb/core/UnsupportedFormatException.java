package io.quiverdb.core;

/// A file is sound, but of a version that this release does not read: written by a later one, or by
/// one from before the minor version before. Nothing was changed.
public final class UnsupportedFormatException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final int found;
  private final transient VersionRange readable;

  /// @param file its path below the store's directory
  /// @param what is counted, such as "format version"
  public UnsupportedFormatException(String file, String what, int found, VersionRange readable) {
    super(Fault.CALLER, "%s: %s %d (readable: %s)".formatted(file, what, found, readable));
    this.file = file;
    this.found = found;
    this.readable = readable;
  }

  public String file() {
    return file;
  }

  public int found() {
    return found;
  }

  public VersionRange readable() {
    return readable;
  }
}
