package io.quiverdb.core.faultfs;

import io.quiverdb.core.faultfs.agent.Inodes;
import io.quiverdb.core.faultfs.agent.NameChange;
import io.quiverdb.core.faultfs.agent.NameChange.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/// The names of a tree: which inode each stands for, and where each inode can be found, whether it
/// has a name or not.
final class Namespace {
  private final long root;
  private final Map<Name, Long> names = new HashMap<>();
  private final Map<Long, Path> places = new HashMap<>();
  private final Map<Long, Path> paths = new HashMap<>();

  /// @param attic holds what has no name in the tree
  Namespace(Path tree, Path attic) throws IOException {
    root = Inodes.of(tree);
    paths.put(root, Path.of(""));
    try (var files = Files.walk(tree)) {
      for (Path file : files.toList()) {
        long inode = Inodes.of(file);
        places.put(inode, file);
        if (!file.equals(tree)) {
          names.put(
              new Name(Inodes.of(file.resolveSibling("")), file.getFileName().toString()), inode);
          paths.put(inode, tree.relativize(file));
        }
      }
    }
    if (Files.isDirectory(attic)) {
      try (var files = Files.newDirectoryStream(attic)) {
        for (Path file : files) {
          places.putIfAbsent(Inodes.of(file), file);
        }
      }
    }
  }

  /// A change of which the process did not live to note the inode, with what stands there now.
  NameChange resolved(NameChange change) {
    return change.inode() == 0 ? change.withInode(names.getOrDefault(change.added(), 0L)) : change;
  }

  /// Takes changes back, unless others that stay have taken their place.
  ///
  /// @return those whose new name was taken back
  Set<NameChange> undo(List<NameChange> changes) {
    Set<NameChange> undone = new HashSet<>();
    for (NameChange change : changes.reversed()) {
      if (change.added().isPresent() && stands(change.added(), change.inode())) {
        undone.add(change);
        if (change.replaced() == 0) {
          names.remove(change.added());
        } else {
          names.put(change.added(), change.replaced());
        }
      }
      if (change.removed().isPresent()) {
        names.putIfAbsent(change.removed(), change.inode());
      }
    }
    return undone;
  }

  /// Makes changes again, in order.
  ///
  /// @param undone by [#undo]
  void redo(List<NameChange> changes, Set<NameChange> undone) {
    for (NameChange change : changes) {
      if (change.removed().isPresent() && stands(change.removed(), change.inode())) {
        names.remove(change.removed());
      }
      if (undone.contains(change)) {
        names.put(change.added(), change.inode());
      }
    }
  }

  private boolean stands(Name name, long inode) {
    return Optional.ofNullable(names.get(name)).equals(Optional.of(inode));
  }

  /// What can be reached from the root, directories before what is in them: paths below the tree.
  Map<Path, Long> reachable() {
    Map<Long, Map<String, Long>> contents = new HashMap<>();
    names.forEach(
        (name, inode) ->
            contents
                .computeIfAbsent(name.directory(), _ -> new HashMap<>())
                .put(name.name(), inode));
    Map<Path, Long> found = new LinkedHashMap<>();
    Queue<Path> directories = new ArrayDeque<>(List.of(Path.of("")));
    while (!directories.isEmpty()) {
      Path directory = directories.remove();
      long inode = found.getOrDefault(directory, root);
      contents
          .getOrDefault(inode, Map.of())
          .forEach(
              (name, child) -> {
                if (places.containsKey(child)) {
                  Path path = directory.resolve(name);
                  found.put(path, child);
                  if (Files.isDirectory(places.get(child), LinkOption.NOFOLLOW_LINKS)) {
                    directories.add(path);
                  }
                }
              });
    }
    return found;
  }

  Optional<Path> place(long inode) {
    return Optional.ofNullable(places.get(inode));
  }

  /// Whether it is, or was, a file: links and directories have no bytes of their own.
  boolean isFile(long inode) {
    return place(inode)
        .filter(place -> Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS))
        .isPresent();
  }

  /// For messages.
  String path(long inode) {
    return Optional.ofNullable(paths.get(inode)).map(Path::toString).orElse("inode " + inode);
  }

  /// For messages.
  String path(Name name) {
    return Path.of(path(name.directory())).resolve(name.name()).toString();
  }
}
