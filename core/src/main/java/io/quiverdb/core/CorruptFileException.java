package io.quiverdb.core;

/// A file does not hold what was written to it.
public final class CorruptFileException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;

  /// @param file its path below the store's directory
  /// @param offset in bytes, of what is wrong
  /// @param what was looked at, such as "page checksum"
  public CorruptFileException(
      String file, long offset, String what, Object expected, Object actual) {
    super("%s at %d: %s is %s (expected: %s)".formatted(file, offset, what, actual, expected));
    this.file = file;
    this.offset = offset;
  }

  public String file() {
    return file;
  }

  public long offset() {
    return offset;
  }
}
