package io.quiverdb.core.faultfs.agent;

/// A name was given, taken away, or both at once, which is a renaming.
///
/// @param number counts up
/// @param inode what the name stands for; 0 if the process was killed before it was known
/// @param replaced what `added` had stood for; 0 if nothing
public record NameChange(long number, Name removed, Name added, long inode, long replaced) {
  /// @param directory inode of the directory that it is in; 0 is [#NONE]
  public record Name(long directory, String name) {
    public static final Name NONE = new Name(0, "");

    public boolean isPresent() {
      return directory != 0;
    }
  }

  public NameChange withInode(long knownInode) {
    return new NameChange(number, removed, added, knownInode, replaced);
  }

  boolean touches(long directory) {
    return removed.directory == directory || added.directory == directory;
  }
}
