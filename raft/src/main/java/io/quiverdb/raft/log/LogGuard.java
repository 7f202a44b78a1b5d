package io.quiverdb.raft.log;

import io.quiverdb.core.CorruptFileException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the log files of a group fit to start from, before Ratis reads them.
///
/// A kill or a power cut can tear what was being written; Ratis then refuses to start, although
/// nobody was ever told that those entries exist. What is behind the watermark ([Watermarks]) may
/// be such: from the first entry of the open segment on that is not sound, it is cut, whatever
/// follows. At or before the watermark the same has rotted, and is refused, as is a log that ends
/// before it.
///
/// A follower that takes back entries which the leader does not have deletes the segments behind
/// them, cuts the segment in which they begin, and last renames it to what it holds now
/// (`SegmentedRaftLogWorker.TruncateLog`). A crash may leave any part of that: a closed segment
/// whose name promises entries that it lacks, or lacks entries that it holds again, segments behind
/// a gap or an overlap. Behind the watermark that is finished.
///
/// Segments that a checkpoint covers are deleted (`SegmentedRaftLogWorker.PurgeLog`). A crash may
/// leave some of them before a gap, all of them covered: they are deleted.
///
/// A checkpoint that came from another member may lie behind the end of the log, or be of a history
/// that the log is not of: nothing of such a log is committed but what the checkpoint holds, and
/// Ratis would wait for the entries between for ever. It is deleted, if [#noteInstalled] says so:
/// else it has lost entries.
///
/// Anything else that is not sound is refused. What is left is made durable: Ratis takes all that
/// it reads at the start for flushed, and never syncs a segment again that it closes then, so that
/// a power cut could take back what later is acknowledged on top of it.
public final class LogGuard {
  private static final Logger log = LoggerFactory.getLogger(LogGuard.class);
  private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
  private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
  private static final int REWRITE_BYTES = 1 << 20;
  static final String OPEN_GLOB = "log_inprogress_*";

  private final Path root;
  private final int entryBytesMax;

  /// @param root for messages: paths are named below it
  /// @param entryBytesMax the largest entry that Ratis writes and reads
  public LogGuard(Path root, int entryBytesMax) {
    this.root = root;
    this.entryBytesMax = entryBytesMax;
  }

  /// A file of the log: the entries `first` to `last`, the last one unknown while it is written to.
  record Segment(Path file, long first, Optional<Long> last) {}

  /// Before a checkpoint from another member is put in charge of a group that is not open: from
  /// then on the log need not hold it. Durable when it returns.
  ///
  /// @param groupDirectory as Ratis lays it out
  /// @param before what the replica's own checkpoint holds, which a crash may leave in charge:
  ///   where the log need not hold that, it still need not
  public static void noteInstalled(Path groupDirectory, CoveredLog covered, CoveredLog before)
      throws IOException {
    Set<CoveredLog> named = new LinkedHashSet<>(EmptiedNote.read(groupDirectory));
    named.retainAll(Set.of(before));
    named.add(covered);
    EmptiedNote.write(groupDirectory, named);
  }

  /// Guards one group, which is not open.
  ///
  /// @param groupDirectory as Ratis lays it out
  /// @param covered what the replica's newest checkpoint holds of it
  /// @param watermark up to which it is known to be committed, and to have been here
  /// @return the index of the last entry, in the log or covered; −1 if there is none
  /// @throws CorruptFileException if its log has rotted, or lacks entries that are not covered
  public long guard(Path groupDirectory, CoveredLog covered, long watermark) throws IOException {
    Path current = groupDirectory.resolve("current");
    if (!Files.isDirectory(current)) {
      requireReaches(groupDirectory, covered.index(), watermark);
      return covered.index();
    }
    List<Segment> segments = withoutPurged(segments(current), covered);
    var coveredTerm = new TermOfEntry(covered.index());
    boolean standsForLog = EmptiedNote.read(groupDirectory).contains(covered);
    long committed = standsForLog ? watermark : Math.max(watermark, covered.index());
    long next = inspectAll(current, segments, covered, committed, coveredTerm);
    requireReaches(groupDirectory, Math.max(next - 1, covered.index()), watermark);
    boolean isOfThisHistory = coveredTerm.term().stream().allMatch(term -> term == covered.term());
    if (next <= covered.index() || !isOfThisHistory) {
      requireNote(groupDirectory, covered, next, coveredTerm);
      deleteAll(segments(current), current);
      next = covered.index() + 1;
    } else if (!coveredTerm.isLogEmpty()) {
      EmptiedNote.delete(groupDirectory);
    } else if (covered.index() >= 0) {
      // Ratis deletes a segment without entries, and may be killed before it begins another one.
      EmptiedNote.write(groupDirectory, Set.of(covered));
    }
    syncAll(current);
    syncDirectory(current);
    syncDirectory(groupDirectory);
    return next - 1;
  }

  /// The index of the first entry in the log of a group that is not open; empty if it has none.
  public static OptionalLong firstIndex(Path groupDirectory) throws IOException {
    Path current = groupDirectory.resolve("current");
    return Files.isDirectory(current)
        ? segments(current).stream().mapToLong(Segment::first).findFirst()
        : OptionalLong.empty();
  }

  /// The index of the first entry in the file that is written to; empty if none is begun.
  public static OptionalLong openIndex(Path groupDirectory) throws IOException {
    Path current = groupDirectory.resolve("current");
    return Files.isDirectory(current)
        ? segments(current).stream()
            .filter(segment -> segment.last().isEmpty())
            .mapToLong(Segment::first)
            .findFirst()
        : OptionalLong.empty();
  }

  /// Deletes what purging left before a gap.
  private List<Segment> withoutPurged(List<Segment> segments, CoveredLog covered)
      throws IOException {
    for (int at = segments.size() - 1; at > 0; at--) {
      long lastBefore = segments.get(at - 1).last().orElse(Long.MAX_VALUE);
      boolean gap = lastBefore + 1 < segments.get(at).first();
      if (gap && lastBefore <= covered.index() && segments.get(at).first() <= covered.index() + 1) {
        for (var purged : segments.subList(0, at)) {
          Files.delete(purged.file());
          log.info("purging of the log finished file={}", name(purged.file()));
        }
        return segments.subList(at, segments.size());
      }
    }
    return segments;
  }

  private void requireReaches(Path groupDirectory, long last, long watermark) {
    if (last < watermark) {
      throw new CorruptFileException(
          name(groupDirectory),
          0,
          "last entry",
          "at least " + watermark + ", which was committed here",
          last);
    }
  }

  /// @return the index behind the last entry
  private long inspectAll(
      Path current,
      List<Segment> segments,
      CoveredLog covered,
      long committed,
      TermOfEntry coveredTerm)
      throws IOException {
    // A log begins where purging left it, which is never behind the checkpoint.
    long next = segments.isEmpty() ? 0 : Math.min(segments.getFirst().first(), covered.index() + 1);
    for (int at = 0; at < segments.size(); at++) {
      var segment = segments.get(at);
      boolean newest = at == segments.size() - 1;
      if (isUnbegun(segment)) {
        // Ratis deletes it.
        continue;
      }
      if (at > 0 && segment.first() != next && next > committed) {
        deleteAll(segments.subList(at, segments.size()), current);
        return next;
      }
      requireFirst(segment, next);
      var contents = readAndSettle(segment, committed, coveredTerm);
      next = segment.first() + contents.entries();
      if (contents.torn() || isHalfTruncated(segment, contents, committed)) {
        deleteAll(segments.subList(at + 1, segments.size()), current);
        newest = true;
      }
      finishName(segment, contents, newest, committed);
      if (newest) {
        return next;
      }
    }
    return next;
  }

  /// From the end: what a crash leaves has no gap.
  private void deleteAll(List<Segment> segments, Path current) throws IOException {
    for (var segment : segments.reversed()) {
      Files.delete(segment.file());
      syncDirectory(current);
      log.warn("log file of no use deleted file={}", name(segment.file()));
    }
  }

  private void requireNote(
      Path groupDirectory, CoveredLog covered, long next, TermOfEntry coveredTerm)
      throws IOException {
    if (EmptiedNote.read(groupDirectory).contains(covered)) {
      return;
    }
    if (next <= covered.index()) {
      throw new CorruptFileException(
          name(groupDirectory), 0, "last entry", "at least " + covered.index(), next - 1);
    }
    throw new CorruptFileException(
        name(groupDirectory),
        0,
        "term of entry " + covered.index(),
        covered.term(),
        coveredTerm.term().orElseThrow());
  }

  /// Finds the term of one entry while segments are read.
  private static final class TermOfEntry implements SegmentFormat.Entries {
    private final long wanted;
    private OptionalLong term = OptionalLong.empty();
    private boolean isLogEmpty = true;

    TermOfEntry(long wanted) {
      this.wanted = wanted;
    }

    @Override
    public void entry(long index, long entryTerm, ByteBuffer content) {
      isLogEmpty = false;
      if (index == wanted) {
        term = OptionalLong.of(entryTerm);
      }
    }

    OptionalLong term() {
      return term;
    }

    boolean isLogEmpty() {
      return isLogEmpty;
    }
  }

  static List<Segment> segments(Path current) throws IOException {
    List<Segment> segments = new ArrayList<>();
    try (var files = Files.newDirectoryStream(current, "log_*")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        var closed = CLOSED.matcher(name);
        var open = OPEN.matcher(name);
        if (closed.matches()) {
          segments.add(
              new Segment(
                  file,
                  Long.parseLong(closed.group(1)),
                  Optional.of(Long.parseLong(closed.group(2)))));
        } else if (open.matches()) {
          segments.add(new Segment(file, Long.parseLong(open.group(1)), Optional.empty()));
        }
      }
    }
    segments.sort(Comparator.comparingLong(Segment::first));
    return segments;
  }

  /// Created and not written to.
  static boolean isUnbegun(Segment segment) throws IOException {
    return segment.last().isEmpty() && Files.size(segment.file()) == 0;
  }

  private void requireFirst(Segment segment, long next) {
    if (segment.first() != next) {
      throw new CorruptFileException(
          name(segment.file()), 0, "first entry of the segment", next, segment.first());
    }
  }

  /// Cuts what is not sound, and writes what is not known to be committed again.
  private SegmentFormat.Contents readAndSettle(
      Segment segment, long committed, SegmentFormat.Entries entries) throws IOException {
    String name = name(segment.file());
    try (var channel =
        FileChannel.open(segment.file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long fileBytes = channel.size();
      var contents = read(name, channel, segment, committed, entries);
      boolean isWhole =
          segment.last().filter(last -> last == lastOf(segment, contents)).isPresent();
      if (contents.torn() || (isWhole && contents.end() < fileBytes)) {
        channel.truncate(contents.end());
        log.warn(
            "unfinished log entries cut file={} offset={} bytes={}",
            name,
            contents.end(),
            fileBytes - contents.end());
      }
      writeAgain(channel, contents.committedEnd(), contents.end());
      channel.force(true);
      return contents;
    }
  }

  private static long lastOf(Segment segment, SegmentFormat.Contents contents) {
    return segment.first() + contents.entries() - 1;
  }

  private static void writeAgain(FileChannel channel, long from, long to) throws IOException {
    var buffer = ByteBuffer.allocate(REWRITE_BYTES);
    for (long at = from; at < to; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, at + buffer.position()) < 0) {
          throw new EOFException("log: its file has become shorter");
        }
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer, at + buffer.position());
      }
    }
  }

  /// Cut at the end of an entry that is not known to be committed, and not yet renamed.
  private static boolean isHalfTruncated(
      Segment segment, SegmentFormat.Contents contents, long committed) {
    long last = lastOf(segment, contents);
    return segment.last().filter(named -> last < named).isPresent()
        && contents.entries() > 0
        && last >= committed;
  }

  /// The name tells which entries a segment holds. Finishes renaming that a crash prevented.
  private void finishName(
      Segment segment, SegmentFormat.Contents contents, boolean newest, long committed)
      throws IOException {
    long last = lastOf(segment, contents);
    if (segment.last().isEmpty() ? newest : segment.last().orElseThrow() == last) {
      return;
    }
    boolean rolled = segment.last().isEmpty() && contents.entries() > 0;
    if (!rolled && !isHalfTruncated(segment, contents, committed)) {
      throw new CorruptFileException(
          name(segment.file()), contents.end(), "last entry", segment.last().orElse(-1L), last);
    }
    Path renamed = segment.file().resolveSibling("log_%d-%d".formatted(segment.first(), last));
    Files.move(segment.file(), renamed, StandardCopyOption.ATOMIC_MOVE);
    log.warn(
        "renaming of a log file finished file={} entries={} renamed={}",
        name(segment.file()),
        contents.entries(),
        renamed.getFileName());
  }

  private SegmentFormat.Contents read(
      String name,
      FileChannel channel,
      Segment segment,
      long committed,
      SegmentFormat.Entries entries)
      throws IOException {
    try (var arena = Arena.ofConfined()) {
      var bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena).asByteBuffer();
      return new SegmentFormat(name, bytes, entryBytesMax)
          .read(segment.first(), segment.last(), committed, entries);
    }
  }

  private static void syncAll(Path directory) throws IOException {
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
          }
        }
      }
    }
  }

  static void syncDirectory(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private String name(Path file) {
    return root.relativize(file).toString();
  }
}
