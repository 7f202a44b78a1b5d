package io.quiverdb.core;

import io.quiverdb.core.stream.StreamFiles;
import java.util.OptionalLong;

/// Something that is wrong with a file.
///
/// @param file its path below the store's directory
/// @param page its number within the file, if it is a file of pages and one of them is wrong
/// @param offset in bytes from the beginning of the file
/// @param what was looked at, such as "page checksum"
public record Damage(
    String file, OptionalLong page, long offset, String what, String expected, String found) {

  public static Damage of(CorruptFileException e) {
    return new Damage(e.file(), e.page(), e.offset(), e.what(), e.expected(), e.found());
  }

  /// Whether the file is an index of a segment: nothing of what is stored, for it can be made again
  /// of the rows.
  public boolean isOfIndex() {
    return StreamFiles.ofSegment(file).isPresent();
  }

  public CorruptFileException toException() {
    var e = new CorruptFileException(file, offset, what, expected, found);
    return page.isPresent() ? e.onPage(page.getAsLong()) : e;
  }

  /// On one line.
  @Override
  public String toString() {
    return file
        + (page.isPresent() ? " page " + page.getAsLong() : "")
        + " at %d: %s is %s (expected: %s)".formatted(offset, what, found, expected);
  }
}
