package io.quiverdb.core;

import java.util.OptionalLong;

/// A file does not hold what was written to it, or the disk cannot give a page of it.
public final class CorruptFileException extends StoreException {
  private static final long serialVersionUID = 1L;
  private static final long NO_PAGE = -1;

  private final String file;
  private final long page;
  private final long offset;
  private final String what;
  private final String expected;
  private final String found;

  /// @param file its path below the store's directory
  /// @param offset in bytes, of what is wrong
  /// @param what was looked at, such as "page checksum"
  public CorruptFileException(
      String file, long offset, String what, Object expected, Object actual) {
    this(file, NO_PAGE, offset, what, String.valueOf(expected), String.valueOf(actual));
  }

  private CorruptFileException(
      String file, long page, long offset, String what, String expected, String found) {
    super(
        Fault.DATA,
        "%s at %d: %s is %s (expected: %s)".formatted(file, offset, what, found, expected));
    this.file = file;
    this.page = page;
    this.offset = offset;
    this.what = what;
    this.expected = expected;
    this.found = found;
  }

  /// The same, with the number of the page that it was found on.
  public CorruptFileException onPage(long number) {
    var named = new CorruptFileException(file, number, offset, what, expected, found);
    named.setStackTrace(getStackTrace());
    return named;
  }

  public String file() {
    return file;
  }

  /// Its number within the file, if that is one of many pages.
  public OptionalLong page() {
    return page == NO_PAGE ? OptionalLong.empty() : OptionalLong.of(page);
  }

  public long offset() {
    return offset;
  }

  public String what() {
    return what;
  }

  public String expected() {
    return expected;
  }

  public String found() {
    return found;
  }
}
