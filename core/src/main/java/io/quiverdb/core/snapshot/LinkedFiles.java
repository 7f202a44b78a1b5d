package io.quiverdb.core.snapshot;

import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Second names for the files of a manifest, in a directory of their own. Not durable: nothing that
/// comes after a crash needs them, and they are deleted with other leftovers.
final class LinkedFiles {
  private final Storage storage;
  private final PublishedManifest published;
  private final Runnable whenDeleted;
  private boolean closed;

  /// @param published as it lies among the links
  private LinkedFiles(Storage storage, PublishedManifest published, Runnable whenDeleted) {
    this.storage = storage;
    this.published = published;
    this.whenDeleted = whenDeleted;
  }

  /// @param original its files stay meanwhile
  /// @param directory does not exist
  /// @param whenDeleted runs when the links are gone
  static LinkedFiles create(
      Storage storage, PublishedManifest original, String directory, Runnable whenDeleted)
      throws IOException {
    var published = original.in(directory);
    var links = new LinkedFiles(storage, published, whenDeleted);
    try {
      storage.createDirectories(directory);
      for (var parent : links.directories()) {
        storage.createDirectories(parent);
      }
      List<String> from = original.files();
      List<String> to = published.files();
      for (int index = 0; index < from.size(); index++) {
        storage.link(from.get(index), to.get(index));
      }
      return links;
    } catch (IOException | RuntimeException e) {
      whenDeleted.run(); // What there is of it is a leftover now.
      throw e;
    }
  }

  PublishedManifest published() {
    return published;
  }

  synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    for (var path : published.files()) {
      deleteIfThere(path);
    }
    for (var directory : directories().reversed()) {
      deleteIfThere(directory);
    }
    whenDeleted.run();
  }

  private void deleteIfThere(String path) throws IOException {
    try {
      storage.delete(path);
    } catch (NoSuchFileException _) {
      // Somebody has tidied up.
    }
  }

  /// Those above come first.
  private List<String> directories() {
    Set<String> directories = new LinkedHashSet<>();
    for (var path : published.files()) {
      String parent = path.substring(0, path.lastIndexOf('/'));
      while (!parent.isEmpty() && directories.add(parent)) {
        parent = parent.substring(0, Math.max(0, parent.lastIndexOf('/')));
      }
    }
    var sorted = new ArrayList<>(directories);
    Collections.sort(sorted);
    return sorted;
  }
}
