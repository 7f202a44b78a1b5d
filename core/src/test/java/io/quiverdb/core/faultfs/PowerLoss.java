package io.quiverdb.core.faultfs;

import io.quiverdb.core.faultfs.Loss.Names;
import io.quiverdb.core.faultfs.agent.ByteJournal;
import io.quiverdb.core.faultfs.agent.JournalFolder;
import io.quiverdb.core.faultfs.agent.NameChange;
import io.quiverdb.core.faultfs.agent.PendingNames;
import io.quiverdb.core.faultfs.agent.UndoRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Takes from a tree what its dead process had not forced, by the journal, which is empty then.
final class PowerLoss {
  private final JournalFolder journal;
  private final Path tree;
  private final Namespace namespace;
  private final long seed;
  private final RandomGenerator random;

  private PowerLoss(JournalFolder journal, long seed) throws IOException {
    this.journal = journal;
    this.tree = journal.readTree();
    this.namespace = new Namespace(tree, journal.attic());
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  /// @throws IllegalStateException if the process lives
  static PowerLossReport strike(JournalFolder journal, Loss loss, long seed) throws IOException {
    try (var _ = journal.lock()) {
      return new PowerLoss(journal, seed).strike(loss);
    }
  }

  private PowerLossReport strike(Loss loss) throws IOException {
    var before = namespace.reachable();
    List<String> lostNames = takeNames(loss.names());
    var after = namespace.reachable();
    List<PowerLossReport.LostBytes> lostBytes = takeBytes(loss, Set.copyOf(after.values()));
    if (!after.equals(before)) {
      arrange(after);
    }
    forget();
    return new PowerLossReport(seed, lostBytes, lostNames);
  }

  private List<String> takeNames(Names loss) throws IOException {
    var pending = PendingNames.read(journal.names());
    var changes = pending.changes().stream().map(namespace::resolved).toList();
    var kept = kept(changes, pending.committed(), loss);
    var undone = namespace.undo(changes);
    namespace.redo(kept, undone);
    return changes.stream()
        .filter(change -> !kept.contains(change))
        .filter(change -> !change.added().isPresent() || undone.contains(change))
        .map(this::describe)
        .toList();
  }

  private List<NameChange> kept(List<NameChange> changes, long committed, Names loss) {
    var safe = changes.stream().filter(change -> change.number() <= committed).toList();
    return switch (loss) {
      case KEPT -> changes;
      case TAIL -> changes.subList(0, random.nextInt(safe.size(), changes.size() + 1));
      case WHOLE_TAIL -> safe;
      case SUBSET -> changes.stream().filter(_ -> random.nextBoolean()).toList();
      case ALL -> List.of();
    };
  }

  private String describe(NameChange change) {
    if (!change.removed().isPresent()) {
      return namespace.path(change.added()) + ": not created";
    }
    String removed = namespace.path(change.removed());
    return change.added().isPresent()
        ? "%s: not renamed to %s".formatted(removed, namespace.path(change.added()))
        : removed + ": not deleted";
  }

  private List<PowerLossReport.LostBytes> takeBytes(Loss loss, Set<Long> reachable)
      throws IOException {
    List<PowerLossReport.LostBytes> lost = new ArrayList<>();
    // In an order that does not depend on the folder's.
    Map<String, Long> files = new TreeMap<>();
    Map<Long, List<UndoRecord>> logs = ByteJournal.read(journal.bytes());
    logs.keySet().forEach(inode -> files.put(namespace.path(inode), inode));
    for (Map.Entry<String, Long> file : files.entrySet()) {
      long inode = file.getValue();
      if (reachable.contains(inode) && namespace.isFile(inode)) {
        new ByteLoss(logs.getOrDefault(inode, List.of()))
            .strike(namespace.place(inode).orElseThrow(), file.getKey(), loss.bytes(), random)
            .ifPresent(lost::add);
      }
    }
    return lost;
  }

  /// Gives everything that survives the names that survive.
  private void arrange(Map<Path, Long> names) throws IOException {
    Path stage = Files.createDirectories(journal.stage());
    Map<Path, Set<PosixFilePermission>> directories = new TreeMap<>();
    for (Map.Entry<Path, Long> name : names.entrySet()) {
      long inode = name.getValue();
      Path place = namespace.place(inode).orElseThrow();
      Path staged = stage.resolve(Long.toString(inode));
      if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        directories.put(name.getKey(), Files.getPosixFilePermissions(place));
      } else if (!Files.exists(staged, LinkOption.NOFOLLOW_LINKS)) {
        var _ = Files.createLink(staged, place);
      }
    }
    deleteContent(tree);
    for (Map.Entry<Path, Long> name : names.entrySet()) {
      Path path = tree.resolve(name.getKey());
      var permissions = directories.get(name.getKey());
      if (permissions == null) {
        var _ = Files.createLink(path, stage.resolve(Long.toString(name.getValue())));
      } else {
        var _ = Files.setPosixFilePermissions(Files.createDirectory(path), permissions);
      }
    }
    deleteContent(stage);
  }

  private void forget() throws IOException {
    deleteContent(journal.bytes());
    deleteContent(journal.attic());
    var _ = Files.deleteIfExists(journal.names());
  }

  private static void deleteContent(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
  }
}
