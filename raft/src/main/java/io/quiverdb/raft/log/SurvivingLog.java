package io.quiverdb.raft.log;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/// What is left of the log of a group that is not open, for a cluster that goes on without the
/// members that had more of it. Changes nothing.
public final class SurvivingLog {
  private final Path root;
  private final int entryBytesMax;

  /// @param root for messages: paths are named below it
  /// @param entryBytesMax the largest entry that Ratis writes and reads
  public SurvivingLog(Path root, int entryBytesMax) {
    this.root = root;
    this.entryBytesMax = entryBytesMax;
  }

  /// Where reading ended.
  ///
  /// @param index of the last sound entry, that of the covered ones at least
  /// @param damage what is behind it, if anything is; it may be a write that was not finished
  public record End(long index, Optional<String> damage) {}

  /// Hands out the entries in their order, up to the first that is not sound. Those that a
  /// checkpoint holds may be among them.
  ///
  /// @param groupDirectory as Ratis lays it out
  public End read(Path groupDirectory, CoveredLog covered, Consumer<LogEntryProto> entries)
      throws IOException {
    Path current = groupDirectory.resolve("current");
    if (!Files.isDirectory(current)) {
      return new End(covered.index(), Optional.empty());
    }
    var reading = new Reading(entries);
    for (var segment : LogGuard.segments(current)) {
      if (LogGuard.isUnbegun(segment)) {
        continue;
      }
      boolean isBehindPurged =
          reading.next - 1 <= covered.index() && segment.first() <= covered.index() + 1;
      if (reading.next >= 0 && segment.first() != reading.next && !isBehindPurged) {
        return reading.end(
            covered,
            "%s: begins with entry %d (expected: %d)"
                .formatted(name(segment.file()), segment.first(), reading.next));
      }
      reading.next = segment.first();
      var damage = read(segment, reading);
      if (damage.isPresent()) {
        return reading.end(covered, damage.get());
      }
    }
    return new End(Math.max(reading.next - 1, covered.index()), Optional.empty());
  }

  private Optional<String> read(LogGuard.Segment segment, Reading reading) throws IOException {
    String name = name(segment.file());
    try (var channel = FileChannel.open(segment.file(), StandardOpenOption.READ);
        var arena = Arena.ofConfined()) {
      var bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena).asByteBuffer();
      var contents =
          new SegmentFormat(name, bytes, entryBytesMax)
              .read(segment.first(), segment.last(), -1, reading);
      return contents.torn()
          ? Optional.of("%s: ends at offset %d".formatted(name, contents.end()))
          : Optional.empty();
    } catch (CorruptFileException e) {
      if (e == reading.failure) {
        throw e;
      }
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private String name(Path file) {
    return root.relativize(file).toString();
  }

  private static final class Reading implements SegmentFormat.Entries {
    private final Consumer<LogEntryProto> entries;
    private long next = -1;

    /// Of who hears of the entries.
    private @Nullable RuntimeException failure;

    Reading(Consumer<LogEntryProto> entries) {
      this.entries = entries;
    }

    @Override
    public void entry(long index, long term, ByteBuffer content) {
      LogEntryProto entry;
      try {
        entry = LogEntryProto.parseFrom(content);
      } catch (InvalidProtocolBufferException e) {
        throw new CorruptFileException(
            "log", 0, "entry " + index, "an entry", String.valueOf(e.getMessage()));
      }
      try {
        entries.accept(entry);
      } catch (RuntimeException e) {
        failure = e;
        throw e;
      }
      next = index + 1;
    }

    End end(CoveredLog covered, String damage) {
      return new End(Math.max(next - 1, covered.index()), Optional.of(damage));
    }
  }
}
