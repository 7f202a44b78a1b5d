package io.quiverdb.core.faultfs;

import static io.quiverdb.core.faultfs.DiskTarget.utf8;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a file system does, in words, so that two can be compared: also where it refuses.
@SuppressWarnings("ImmutableEnumChecker") // the probes have no state
enum FileBehaviour {
  CREATE_NEW(dir -> String.valueOf(Files.createFile(dir.resolve("new")))),
  CREATE_WHAT_EXISTS(dir -> String.valueOf(Files.createFile(file(dir, "x")))),
  CREATE_IN_NOWHERE(dir -> String.valueOf(Files.createFile(dir.resolve("no/where")))),
  CREATE_WITH_PERMISSIONS(
      dir ->
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(
                  Files.createFile(
                      dir.resolve("f"),
                      PosixFilePermissions.asFileAttribute(
                          PosixFilePermissions.fromString("rw-------")))))),
  DIRECTORY_THAT_EXISTS(dir -> String.valueOf(Files.createDirectory(dir))),
  DIRECTORIES(dir -> String.valueOf(Files.createDirectories(dir.resolve("a/b/c")))),
  DELETE_ABSENT(
      dir -> {
        Files.delete(dir.resolve("no"));
        return "deleted";
      }),
  DELETE_IF_EXISTS(
      dir ->
          Files.deleteIfExists(file(dir, "x")) + " " + Files.deleteIfExists(dir.resolve("file"))),
  DELETE_DIRECTORY_IN_USE(
      dir -> {
        file(Files.createDirectory(dir.resolve("d")), "x");
        Files.delete(dir.resolve("d"));
        return "deleted";
      }),
  DELETE_DIRECTORY(
      dir -> {
        Files.delete(Files.createDirectory(dir.resolve("d")));
        return "deleted";
      }),
  READ_AFTER_DELETION(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "abc"), StandardOpenOption.READ)) {
          Files.delete(dir.resolve("file"));
          return channel.size() + read(channel);
        }
      }),
  WRITE_AFTER_DELETION(
      dir -> {
        try (var channel =
            FileChannel.open(file(dir, "abc"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          Files.delete(dir.resolve("file"));
          channel.write(utf8("X"), 1);
          channel.force(true);
          return read(channel);
        }
      }),
  MOVE(
      dir -> {
        Files.move(file(dir, "x"), dir.resolve("to"));
        return Files.readString(dir.resolve("to"));
      }),
  MOVE_ONTO(dir -> String.valueOf(Files.move(file(dir, "x"), Files.createFile(dir.resolve("to"))))),
  MOVE_REPLACING(
      dir -> {
        Files.move(
            file(dir, "x"),
            Files.writeString(dir.resolve("to"), "old"),
            StandardCopyOption.REPLACE_EXISTING);
        return Files.readString(dir.resolve("to"));
      }),
  MOVE_ONTO_ITSELF(
      dir -> {
        Files.move(file(dir, "x"), dir.resolve("file"), StandardCopyOption.REPLACE_EXISTING);
        return Files.readString(dir.resolve("file"));
      }),
  MOVE_ABSENT(
      dir ->
          String.valueOf(
              Files.move(dir.resolve("no"), dir.resolve("to"), StandardCopyOption.ATOMIC_MOVE))),
  MOVE_TO_NOWHERE(dir -> String.valueOf(Files.move(file(dir, "x"), dir.resolve("no/where")))),
  COPY(
      dir -> {
        Files.copy(file(dir, "x"), dir.resolve("to"));
        return Files.readString(dir.resolve("to"));
      }),
  COPY_ONTO(dir -> String.valueOf(Files.copy(file(dir, "x"), Files.createFile(dir.resolve("to"))))),
  COPY_REPLACING(
      dir -> {
        Files.copy(
            file(dir, "x"),
            Files.writeString(dir.resolve("to"), "old"),
            StandardCopyOption.REPLACE_EXISTING);
        return Files.readString(dir.resolve("to"));
      }),
  LINK(
      dir -> {
        Files.createLink(dir.resolve("link"), file(dir, "x"));
        return Files.readString(dir.resolve("link"))
            + Files.isSameFile(dir.resolve("link"), dir.resolve("file"));
      }),
  LINK_ABSENT(dir -> String.valueOf(Files.createLink(dir.resolve("link"), dir.resolve("no")))),
  SYMBOLIC_LINK(
      dir -> {
        Files.createSymbolicLink(dir.resolve("link"), file(dir, "x"));
        Files.writeString(dir.resolve("link"), "through", StandardOpenOption.APPEND);
        return Files.readString(dir.resolve("file"))
            + Files.isSymbolicLink(dir.resolve("link"))
            + Files.exists(dir.resolve("link"), LinkOption.NOFOLLOW_LINKS);
      }),
  OPEN_ABSENT(dir -> String.valueOf(FileChannel.open(dir.resolve("no")).size())),
  OPEN_FOR_WRITING_ABSENT(
      dir -> String.valueOf(FileChannel.open(dir.resolve("no"), StandardOpenOption.WRITE))),
  WRITE_TO_READER(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "x"), StandardOpenOption.READ)) {
          return String.valueOf(channel.write(utf8("y")));
        }
      }),
  READ_FROM_WRITER(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "x"), StandardOpenOption.WRITE)) {
          return read(channel);
        }
      }),
  WRITE_TO_CLOSED(
      dir -> {
        var channel = FileChannel.open(file(dir, "x"), StandardOpenOption.WRITE);
        channel.close();
        return String.valueOf(channel.write(utf8("y")));
      }),
  FORCE_CLOSED(
      dir -> {
        var channel = FileChannel.open(file(dir, "x"), StandardOpenOption.WRITE);
        channel.close();
        channel.force(true);
        return "forced";
      }),
  POSITIONS(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "abcdef"), StandardOpenOption.WRITE)) {
          int first = channel.write(utf8("12"));
          int second = channel.write(utf8("3"), 5);
          long third = channel.write(new ByteBuffer[] {utf8("4"), utf8("5")});
          return first + " " + second + " " + third + " " + channel.position() + content(dir);
        }
      }),
  BUFFER_IS_TAKEN(
      dir -> {
        var bytes = utf8("abcdef").position(1).limit(4);
        try (var channel = FileChannel.open(file(dir, "x"), StandardOpenOption.WRITE)) {
          int written = channel.write(bytes);
          return written + " " + bytes.position() + " " + bytes.limit() + content(dir);
        }
      }),
  APPEND(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "abc"), StandardOpenOption.APPEND)) {
          channel.write(utf8("d"));
          return channel.position() + content(dir);
        }
      }),
  TRUNCATE(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "abcdef"), StandardOpenOption.WRITE)) {
          channel.position(5);
          boolean same = channel.truncate(9).truncate(2).equals(channel);
          return same + " " + channel.position() + " " + channel.size() + content(dir);
        }
      }),
  TRUNCATE_NEGATIVE(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "abc"), StandardOpenOption.WRITE)) {
          return String.valueOf(channel.truncate(-1).size());
        }
      }),
  TRUNCATE_READER(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "abc"), StandardOpenOption.READ)) {
          return String.valueOf(channel.truncate(1).size());
        }
      }),
  HOLE(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "a"), StandardOpenOption.WRITE)) {
          channel.write(utf8("b"), 3);
          return channel.size() + content(dir);
        }
      }),
  TRANSFER(
      dir -> {
        Path source = Files.writeString(dir.resolve("source"), "0123456789");
        try (var from = FileChannel.open(source);
            var to = FileChannel.open(file(dir, "abc"), StandardOpenOption.WRITE)) {
          long first = to.transferFrom(from, 1, 4);
          long second = from.transferTo(7, 2, to);
          return first + " " + second + " " + from.position() + " " + to.position() + content(dir);
        }
      }),
  TRANSFER_OUT(
      dir -> {
        var out = new ByteArrayOutputStream();
        try (var from = FileChannel.open(file(dir, "abc"))) {
          return from.transferTo(1, 9, Channels.newChannel(out))
              + out.toString(StandardCharsets.UTF_8);
        }
      }),
  INTERRUPTED_WRITE(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "x"), StandardOpenOption.WRITE)) {
          Thread.currentThread().interrupt();
          return String.valueOf(channel.write(utf8("y")));
        } finally {
          var _ = Thread.interrupted();
        }
      }),
  INTERRUPTED_STREAM(
      dir -> {
        try (var stream = new FileOutputStream(dir.resolve("file").toFile())) {
          Thread.currentThread().interrupt();
          stream.write(new byte[] {'a', 'b'});
          stream.getFD().sync();
          return Thread.interrupted() + content(dir);
        } finally {
          var _ = Thread.interrupted();
        }
      }),
  STREAM_EMPTIES(
      dir -> {
        try (var stream = new FileOutputStream(file(dir, "abc").toFile())) {
          stream.write('x');
        }
        return content(dir);
      }),
  STREAM_TO_NOWHERE(
      dir -> {
        try (var stream = new FileOutputStream(dir.resolve("no/where").toFile())) {
          return "opened" + stream.getFD().valid();
        }
      }),
  STREAM_TO_DIRECTORY(
      dir -> {
        try (var stream = new FileOutputStream(dir.toFile())) {
          return "opened" + stream.getFD().valid();
        }
      }),
  STREAM_OUT_OF_BOUNDS(
      dir -> {
        try (var stream = new FileOutputStream(file(dir, "abc").toFile())) {
          stream.write(new byte[2], 1, 5);
          return "written";
        }
      }),
  STREAM_CLOSED(
      dir -> {
        var stream = new FileOutputStream(file(dir, "abc").toFile());
        stream.close();
        stream.write(1);
        return "written";
      }),
  RANDOM_ACCESS(
      dir -> {
        try (var file = new RandomAccessFile(file(dir, "abcdef").toFile(), "rw")) {
          file.seek(2);
          file.writeBytes("12");
          file.setLength(5);
          return file.getFilePointer() + " " + file.read() + " " + file.length() + content(dir);
        }
      }),
  RANDOM_ACCESS_ABSENT(
      dir -> {
        try (var file = new RandomAccessFile(dir.resolve("no").toFile(), "r")) {
          return String.valueOf(file.length());
        }
      }),
  SYNC_OF_READER(
      dir -> {
        try (var stream = new FileInputStream(file(dir, "abc").toFile())) {
          stream.getFD().sync();
          return "synced";
        }
      }),
  FORCE_OF_DIRECTORY(
      dir -> {
        DiskTarget.force(dir);
        return "forced";
      }),
  LOCK_OUTLIVES_WRITES(
      dir -> {
        try (var channel =
            FileChannel.open(file(dir, "abc"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          var lock = channel.tryLock();
          channel.truncate(1);
          channel.write(utf8("x"), 0);
          return lock.isValid() + " " + isLocked(dir.resolve("file"));
        }
      }),
  MAPPED(
      dir -> {
        try (var channel = FileChannel.open(file(dir, "abc"), StandardOpenOption.READ)) {
          return String.valueOf((char) channel.map(MapMode.READ_ONLY, 0, 3).get(1));
        }
      }),
  BY_FILE(
      dir -> {
        var file = new File(dir.toFile(), "file");
        var directory = new File(dir.toFile(), "directory");
        return List.of(
                file.createNewFile(),
                file.createNewFile(),
                directory.mkdir(),
                directory.mkdir(),
                file.renameTo(new File(directory, "file")),
                file.renameTo(new File(directory, "file")),
                directory.delete(),
                new File(directory, "file").delete(),
                directory.delete(),
                new File(directory, "in/nowhere").mkdir())
            .toString();
      });

  private final Probe probe;

  FileBehaviour(Probe probe) {
    this.probe = probe;
  }

  private interface Probe {
    String run(Path folder) throws IOException;
  }

  /// Each in a folder of its own below one that exists, which is named in no answer.
  static List<String> describeAll(Path folder) throws IOException {
    List<String> answers = new ArrayList<>();
    for (var behaviour : values()) {
      Path own = Files.createDirectory(folder.resolve(behaviour.name()));
      String answer;
      try {
        answer = behaviour.probe.run(own);
      } catch (IOException | RuntimeException e) {
        answer = e.toString();
      }
      try (var files = Files.walk(own)) {
        answer += " | " + files.map(file -> own.relativize(file).toString()).sorted().toList();
      }
      answers.add(behaviour + ": " + answer.replace(folder.toString(), "FOLDER"));
    }
    return answers;
  }

  private static Path file(Path folder, String content) throws IOException {
    return Files.writeString(folder.resolve("file"), content);
  }

  private static String content(Path folder) throws IOException {
    return " '" + Files.readString(folder.resolve("file")).replace('\0', '0') + "'";
  }

  private static String read(FileChannel channel) throws IOException {
    var bytes = ByteBuffer.allocate(100);
    int count = channel.read(bytes, 0);
    return new String(Arrays.copyOf(bytes.array(), count), StandardCharsets.UTF_8);
  }

  private static boolean isLocked(Path file) throws IOException {
    String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .anyMatch(line -> line.contains("POSIX") && line.contains(inode));
  }
}
