package io.quiverdb.core.faultfs.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// The numbers by which a file system knows files, whatever they are called.
public final class Inodes {
  private Inodes() {}

  /// Of a symbolic link: its own.
  public static long of(Path path) throws IOException {
    return (long) Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  /// How many names a file has.
  static int names(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
  }

  /// Of the file that a link of `/proc` stands for, which may have no name any more.
  static long behind(Path link) throws IOException {
    return (long) Files.getAttribute(link, "unix:ino");
  }
}
