package io.quiverdb.core.faultfs;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A process that does to its disk what it is told, a line at a time, and answers each with `ok` or
/// what went wrong.
final class DiskTarget {
  private DiskTarget() {}

  /// Argument: the tree.
  public static void main(String[] arguments) throws IOException {
    Path tree = Path.of(arguments[0]);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ok");
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(answer(tree, line.split(" ", 3)));
    }
  }

  private static String answer(Path tree, String[] words) {
    try {
      obey(tree, words);
      return "ok";
    } catch (IOException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }

  private static void obey(Path tree, String[] words) throws IOException {
    Path path = tree.resolve(words[1]);
    switch (words[0]) {
      case "scripts" -> runAll(tree);
      case "differences" -> System.out.println(String.join("\n", FileBehaviour.describeAll(path)));
      case "create" -> Files.createFile(path);
      case "mkdir" -> Files.createDirectory(path);
      case "delete" -> Files.delete(path);
      case "rename" -> Files.move(path, tree.resolve(words[2]), StandardCopyOption.ATOMIC_MOVE);
      case "append" -> append(path, words[2]);
      case "stream" -> {
        try (var out = new FileOutputStream(path.toFile(), true)) {
          out.write(words[2].getBytes(StandardCharsets.UTF_8));
        }
      }
      case "sync" -> {
        try (var in = new FileInputStream(path.toFile())) {
          in.getFD().sync();
        }
      }
      case "fill" -> Files.writeString(path, words[2].repeat(512 * 16));
      case "overwrite" -> {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          channel.write(utf8(words[2].repeat(512 * 20)), 0);
        }
      }
      case "force" -> {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static void runAll(Path tree) throws IOException {
    for (var change : UnforcedChange.values()) {
      Path folder = Files.createDirectory(tree.resolve(change.name()));
      force(tree);
      change.run(folder);
    }
  }

  static void force(Path path) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static void append(Path path, String text) throws IOException {
    try (var channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      channel.write(utf8(text));
    }
  }

  static ByteBuffer utf8(String text) {
    return StandardCharsets.UTF_8.encode(text);
  }
}
