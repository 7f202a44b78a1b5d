package io.quiverdb.raft.log;

import io.quiverdb.core.CorruptFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
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
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the log files of a group fit to start from, before Ratis reads them.
///
/// A kill can tear the write that was going on; Ratis then refuses to start, although nobody was
/// ever told that the entry exists. So an entry at the end of the open segment that was not written
/// in full is cut.
///
/// A follower that takes back entries which the leader does not have deletes the segments behind
/// them, cuts the segment in which they begin, and last renames it to what it holds now
/// (`SegmentedRaftLogWorker.TruncateLog`). A kill before the renaming leaves a closed segment whose
/// name promises entries that it lacks, cut at the end of an entry, the newest of the log, and
/// written in a term before the one that this node has voted in. That is finished. A kill between
/// the deletions leaves a gap, which a loss of files leaves, too; it is refused.
///
/// Segments that a checkpoint covers are deleted, the newest of them first
/// (`SegmentedRaftLogWorker.PurgeLog`). A kill between leaves older ones before a gap, all of them
/// covered: they are deleted.
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
  private record Segment(Path file, long first, Optional<Long> last) {}

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
  /// @return the index of the last entry, in the log or covered; −1 if there is none
  /// @throws CorruptFileException if its log has rotted, or lacks entries that are not covered
  public long guard(Path groupDirectory, CoveredLog covered) throws IOException {
    Path current = groupDirectory.resolve("current");
    if (!Files.isDirectory(current)) {
      return -1;
    }
    List<Segment> segments = withoutPurged(segments(current), covered);
    var coveredTerm = new TermOfEntry(covered.index());
    long next = inspectAll(segments, covered, coveredTerm);
    boolean isOfThisHistory = coveredTerm.term().stream().allMatch(term -> term == covered.term());
    if (next <= covered.index() || !isOfThisHistory) {
      requireNote(groupDirectory, covered, next, coveredTerm);
      deleteAll(segments, current);
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

  /// @return the index behind the last entry
  private long inspectAll(List<Segment> segments, CoveredLog covered, TermOfEntry coveredTerm)
      throws IOException {
    // A log begins where purging left it, which is never behind the checkpoint.
    long next = segments.isEmpty() ? 0 : Math.min(segments.getFirst().first(), covered.index() + 1);
    for (var segment : segments) {
      next = inspect(segment, next, segment.equals(segments.getLast()), coveredTerm);
    }
    return next;
  }

  /// From the end: what a crash leaves has no gap.
  private void deleteAll(List<Segment> segments, Path current) throws IOException {
    for (var segment : segments.reversed()) {
      Files.delete(segment.file());
      syncDirectory(current);
      log.warn("log that a checkpoint stands for deleted file={}", name(segment.file()));
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
    public void entry(long index, long entryTerm) {
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

  private static List<Segment> segments(Path current) throws IOException {
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

  /// @return the index behind the segment's last entry
  private long inspect(Segment segment, long next, boolean newest, SegmentFormat.Entries entries)
      throws IOException {
    String name = name(segment.file());
    long fileBytes = Files.size(segment.file());
    boolean open = segment.last().isEmpty();
    if (open && fileBytes == 0) {
      // Created and not begun. Ratis deletes it.
      return next;
    }
    if (segment.first() != next) {
      throw new CorruptFileException(
          name,
          0,
          "first entry of the segment",
          next
              + "; a kill while the log was truncated leaves such a gap, and so does a loss of"
              + " files: only if the other members are up and have caught up with each other may"
              + " this file and those behind it be moved away",
          segment.first());
    }
    SegmentFormat.Contents contents;
    try (var channel =
        FileChannel.open(segment.file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      contents = read(name, channel, segment.first(), open && newest, entries);
      if (contents.torn()) {
        long cutBytes = fileBytes - contents.end();
        channel.truncate(contents.end());
        channel.force(true);
        log.warn(
            "unfinished log entry cut file={} offset={} bytes={}", name, contents.end(), cutBytes);
      }
    }
    long behind = segment.first() + contents.entries();
    if (!open && behind != segment.last().orElseThrow() + 1) {
      if (newest && isHalfTruncated(segment, contents, fileBytes)) {
        Path truncated =
            segment.file().resolveSibling("log_%d-%d".formatted(segment.first(), behind - 1));
        Files.move(segment.file(), truncated, StandardCopyOption.ATOMIC_MOVE);
        log.warn(
            "truncation of the log finished file={} entries={} renamed={}",
            name,
            contents.entries(),
            truncated.getFileName());
        return behind;
      }
      throw new CorruptFileException(
          name, contents.end(), "last entry", segment.last().orElseThrow(), behind - 1);
    }
    return behind;
  }

  private static boolean isHalfTruncated(
      Segment segment, SegmentFormat.Contents contents, long fileBytes) throws IOException {
    return contents.entries() > 0
        && segment.first() + contents.entries() <= segment.last().orElse(-1L)
        && contents.end() == fileBytes
        && contents.lastTerm() < votedTerm(segment.file().resolveSibling("raft-meta"));
  }

  /// The term in Ratis's file of terms and votes (`RaftStorageMetadataFile`), 0 if it does not say.
  private static long votedTerm(Path metadata) throws IOException {
    if (!Files.exists(metadata)) {
      return 0;
    }
    var properties = new Properties();
    try (var in = Files.newInputStream(metadata)) {
      properties.load(in);
    }
    try {
      return Long.parseLong(properties.getProperty("term", "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private SegmentFormat.Contents read(
      String name, FileChannel channel, long first, boolean open, SegmentFormat.Entries entries)
      throws IOException {
    try (var arena = Arena.ofConfined()) {
      var bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena).asByteBuffer();
      return new SegmentFormat(name, bytes, entryBytesMax).read(first, open, entries);
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
