package io.quiverdb.core.faultfs;

import static io.quiverdb.core.faultfs.DiskTarget.append;
import static io.quiverdb.core.faultfs.DiskTarget.force;
import static io.quiverdb.core.faultfs.DiskTarget.utf8;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/// Ways to change a folder, by each of the JDK's classes, with what is there for the process
/// afterwards and what is there if nothing survives that was not forced.
@SuppressWarnings("ImmutableEnumChecker") // maps of Map.of, and scripts without state
enum UnforcedChange {
  APPENDED_BY_CHANNEL(
      Map.of("file", "old"),
      Map.of("file", "oldnew"),
      folder -> {
        writeDurably(folder.resolve("file"), "old");
        append(folder.resolve("file"), "new");
      }),
  WRITTEN_AT_A_POSITION(
      Map.of("file", "abcd"),
      Map.of("file", "aXYd"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcd");
        try (var channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
          channel.write(utf8("XY"), 1);
        }
      }),
  GATHERED(
      Map.of("file", "abcdef"),
      Map.of("file", "a1234f"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcdef");
        try (var channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
          channel.position(1);
          channel.write(new ByteBuffer[] {utf8("12"), utf8("34")});
        }
      }),
  TRUNCATED_BY_CHANNEL(
      Map.of("file", "abcdef"),
      Map.of("file", "ab"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcdef");
        try (var channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
          channel.truncate(2);
        }
      }),
  TRANSFERRED_FROM(
      Map.of("file", "abcdef"),
      Map.of("file", "abXYef"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcdef");
        var source = Channels.newChannel(new ByteArrayInputStream(utf8("XY").array()));
        try (var channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
          channel.transferFrom(source, 2, 2);
        }
      }),
  TRANSFERRED_TO(
      Map.of("file", "abcdef", "source", "XY"),
      Map.of("file", "XYcdef", "source", "XY"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcdef");
        writeDurably(folder.resolve("source"), "XY");
        try (var source = FileChannel.open(folder.resolve("source"));
            var channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
          source.transferTo(0, 2, channel);
        }
      }),
  WRITTEN_TWICE(
      Map.of("file", "abcd"),
      Map.of("file", "a34d"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcd");
        try (var channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
          channel.write(utf8("12"), 1);
          channel.write(utf8("34"), 1);
        }
      }),
  FORCED_IN_BETWEEN(
      Map.of("file", "a12d"),
      Map.of("file", "a12dmore"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcd");
        try (var channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
          channel.write(utf8("12"), 1);
          channel.force(false);
          channel.write(utf8("more"), 4);
        }
      }),
  REPLACED_BY_FILES_WRITE(
      Map.of("file", "old"),
      Map.of("file", "n"),
      folder -> {
        writeDurably(folder.resolve("file"), "old");
        Files.writeString(folder.resolve("file"), "n");
      }),
  APPENDED_BY_STREAM(
      Map.of("file", "old"),
      Map.of("file", "oldabcdX"),
      folder -> {
        writeDurably(folder.resolve("file"), "old");
        try (var stream = new FileOutputStream(folder.resolve("file").toFile(), true)) {
          stream.write("ab".getBytes(StandardCharsets.US_ASCII));
          stream.write("bcde".getBytes(StandardCharsets.US_ASCII), 1, 2);
          stream.write('X');
        }
      }),
  WRITTEN_AND_SYNCED_BY_STREAM(
      Map.of("file", "synced"),
      Map.of("file", "syncedmore"),
      folder -> {
        Path file = folder.resolve("file");
        try (var stream = new FileOutputStream(file.toFile())) {
          stream.write("synced".getBytes(StandardCharsets.US_ASCII));
          stream.getFD().sync();
          stream.write("more".getBytes(StandardCharsets.US_ASCII));
        }
        force(folder);
      }),
  REPLACED_BY_STREAM(
      Map.of("file", "old"),
      Map.of("file", "n"),
      folder -> {
        writeDurably(folder.resolve("file"), "old");
        try (var stream = new FileOutputStream(folder.resolve("file").toFile())) {
          stream.write('n');
        }
      }),
  WRITTEN_BY_RANDOM_ACCESS(
      Map.of("file", "abcdef"),
      Map.of("file", "abXYZf"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcdef");
        try (var file = new RandomAccessFile(folder.resolve("file").toFile(), "rw")) {
          file.seek(2);
          file.write('X');
          file.writeBytes("YZ");
        }
      }),
  WRITTEN_BY_CHANNEL_OF_RANDOM_ACCESS(
      Map.of("file", "abc"),
      Map.of("file", "aXc"),
      folder -> {
        writeDurably(folder.resolve("file"), "abc");
        try (var file = new RandomAccessFile(folder.resolve("file").toFile(), "rw")) {
          file.getChannel().write(utf8("X"), 1);
        }
      }),
  CUT_BY_RANDOM_ACCESS(
      Map.of("file", "abcdef"),
      Map.of("file", "ab"),
      folder -> {
        writeDurably(folder.resolve("file"), "abcdef");
        try (var file = new RandomAccessFile(folder.resolve("file").toFile(), "rw")) {
          file.setLength(2);
        }
      }),
  GROWN_BY_RANDOM_ACCESS(
      Map.of("file", "ab"),
      Map.of("file", "ab\0\0"),
      folder -> {
        writeDurably(folder.resolve("file"), "ab");
        try (var file = new RandomAccessFile(folder.resolve("file").toFile(), "rw")) {
          file.setLength(4);
        }
      }),
  CREATED(
      Map.of(),
      Map.of("file", "content"),
      folder -> {
        append(folder.resolve("file"), "content");
        force(folder.resolve("file"));
      }),
  CREATED_AND_NOT_FORCED_ITSELF(
      Map.of("file", ""),
      Map.of("file", "content"),
      folder -> {
        append(folder.resolve("file"), "content");
        force(folder);
      }),
  CREATED_BY_STREAM(
      Map.of(),
      Map.of("file", "x"),
      folder -> {
        try (var stream = new FileOutputStream(folder.resolve("file").toFile())) {
          stream.write('x');
          stream.getFD().sync();
        }
      }),
  COPIED(
      Map.of("file", "abc"),
      Map.of("file", "abc", "copy", "abc"),
      folder -> {
        writeDurably(folder.resolve("file"), "abc");
        Files.copy(folder.resolve("file"), folder.resolve("copy"));
      }),
  COPIED_AND_NOT_FORCED_ITSELF(
      Map.of("file", "abc", "copy", ""),
      Map.of("file", "abc", "copy", "abc"),
      folder -> {
        writeDurably(folder.resolve("file"), "abc");
        Files.copy(folder.resolve("file"), folder.resolve("copy"));
        force(folder);
      }),
  LINKED(
      Map.of("file", "abc"),
      Map.of("file", "abc", "link", "abc"),
      folder -> {
        writeDurably(folder.resolve("file"), "abc");
        Files.createLink(folder.resolve("link"), folder.resolve("file"));
      }),
  DIRECTORIES_CREATED(
      Map.of(),
      Map.of("a/b/file", "x"),
      folder -> {
        Files.createDirectories(folder.resolve("a/b"));
        writeDurably(folder.resolve("a/b/file"), "x");
      }),
  RENAMED(
      Map.of("from", "abc"),
      Map.of("to", "abc"),
      folder -> {
        writeDurably(folder.resolve("from"), "abc");
        Files.move(folder.resolve("from"), folder.resolve("to"));
      }),
  RENAMED_OVER(
      Map.of("from", "new", "to", "old"),
      Map.of("to", "new"),
      folder -> {
        writeDurably(folder.resolve("from"), "new");
        writeDurably(folder.resolve("to"), "old");
        Files.move(folder.resolve("from"), folder.resolve("to"), StandardCopyOption.ATOMIC_MOVE);
      }),
  RENAMED_OVER_AND_FORCED(
      Map.of("to", "new"),
      Map.of("to", "new"),
      folder -> {
        RENAMED_OVER.run(folder);
        force(folder);
      }),
  DIRECTORY_RENAMED(
      Map.of("from/file", "x"),
      Map.of("to/file", "x"),
      folder -> {
        Files.createDirectory(folder.resolve("from"));
        writeDurably(folder.resolve("from/file"), "x");
        force(folder);
        Files.move(folder.resolve("from"), folder.resolve("to"));
      }),
  WRITTEN_AFTER_RENAMING(
      Map.of("from", "abc"),
      Map.of("to", "abcmore"),
      folder -> {
        writeDurably(folder.resolve("from"), "abc");
        Files.move(folder.resolve("from"), folder.resolve("to"));
        append(folder.resolve("to"), "more");
      }),
  DELETED(
      Map.of("file", "abc"),
      Map.of(),
      folder -> {
        writeDurably(folder.resolve("file"), "abc");
        Files.delete(folder.resolve("file"));
      }),
  TREE_DELETED(
      Map.of("a/file", "abc"),
      Map.of(),
      folder -> {
        Files.createDirectory(folder.resolve("a"));
        force(folder);
        writeDurably(folder.resolve("a/file"), "abc");
        Files.delete(folder.resolve("a/file"));
        Files.deleteIfExists(folder.resolve("a"));
      }),
  /// Its inode's number is given to the next file.
  TREE_DELETED_FOR_GOOD(
      Map.of("new", "y"),
      Map.of("new", "y"),
      folder -> {
        Files.createDirectory(folder.resolve("a"));
        force(folder);
        writeDurably(folder.resolve("a/file"), "abc");
        Files.delete(folder.resolve("a/file"));
        Files.delete(folder.resolve("a"));
        force(folder);
        writeDurably(folder.resolve("new"), "y");
      }),
  MOVED_AND_DELETED_FOR_GOOD(
      Map.of("new", "y"),
      Map.of("new", "y"),
      folder -> {
        Files.createDirectory(folder.resolve("a"));
        Files.createDirectory(folder.resolve("b"));
        force(folder);
        append(folder.resolve("a/file"), "abc");
        Files.move(folder.resolve("a/file"), folder.resolve("b/file"));
        force(folder.resolve("b"));
        Files.delete(folder.resolve("b/file"));
        force(folder.resolve("b"));
        writeDurably(folder.resolve("new"), "y");
      }),
  DELETED_AND_CREATED_AGAIN(
      Map.of("file", "old"),
      Map.of("file", "new"),
      folder -> {
        writeDurably(folder.resolve("file"), "old");
        Files.delete(folder.resolve("file"));
        append(folder.resolve("file"), "new");
        force(folder.resolve("file"));
      }),
  BY_FILE(
      Map.of("from", "abc", "gone", "x"),
      Map.of("to", "abc", "created", ""),
      folder -> {
        writeDurably(folder.resolve("from"), "abc");
        writeDurably(folder.resolve("gone"), "x");
        require(new File(folder.toFile(), "from").renameTo(new File(folder.toFile(), "to")));
        require(new File(folder.toFile(), "gone").delete());
        require(new File(folder.toFile(), "created").createNewFile());
        require(new File(folder.toFile(), "directory").mkdir());
      });

  private final Map<String, String> durable;
  private final Map<String, String> seen;
  private final Script script;

  private interface Script {
    void run(Path folder) throws IOException;
  }

  UnforcedChange(Map<String, String> durable, Map<String, String> seen, Script script) {
    this.durable = durable;
    this.seen = seen;
    this.script = script;
  }

  /// @param folder empty, and on the disk
  void run(Path folder) throws IOException {
    script.run(folder);
  }

  /// Files with their content.
  Map<String, String> durable() {
    return durable;
  }

  Map<String, String> seen() {
    return seen;
  }

  private static void writeDurably(Path file, String content) throws IOException {
    append(file, content);
    force(file);
    force(file.resolveSibling(""));
  }

  private static void require(boolean done) throws IOException {
    if (!done) {
      throw new IOException("not done");
    }
  }
}
