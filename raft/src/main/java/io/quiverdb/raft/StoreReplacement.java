package io.quiverdb.raft;

import io.quiverdb.core.Position;
import io.quiverdb.core.Store;
import io.quiverdb.core.snapshot.SnapshotFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.function.Function;

/// A new store that is made of a snapshot, to take the place of a damaged one: beside it first,
/// then by two renames. A crash between them is made up for at the next start ([#finish]), before
/// the store is opened; so there is the old one or the new one, whole.
final class StoreReplacement implements AutoCloseable {
  private static final String NEW = ".new";
  private static final String DAMAGED = ".damaged";

  private final Path place;
  private final Position position;
  private boolean swapping;

  private StoreReplacement(Path place, Position position) {
    this.place = place;
    this.position = position;
  }

  /// Brings the files in and verifies them. The damaged store goes on meanwhile.
  ///
  /// @param place the directory of the store that is damaged
  /// @param open opens the store of a directory
  /// @throws io.quiverdb.core.StoreException if they are not sound, or cannot be written
  static StoreReplacement prepare(Path place, SnapshotFiles files, Function<Path, Store> open)
      throws IOException {
    Path beside = beside(place, NEW);
    GroupDirectory.deleteAll(beside);
    boolean prepared = false;
    try (var store = open.apply(beside)) {
      store.installSnapshot(files);
      prepared = true;
      return new StoreReplacement(place, store.position());
    } finally {
      if (!prepared) {
        // It takes the room that the next attempt needs.
        GroupDirectory.deleteAll(beside);
      }
    }
  }

  /// Of the last operation that it holds.
  Position position() {
    return position;
  }

  /// Puts it in the place of the damaged store, which is closed.
  void swap() throws IOException {
    swapping = true;
    Files.move(place, beside(place, DAMAGED), StandardCopyOption.ATOMIC_MOVE);
    syncParent(place);
    Files.move(beside(place, NEW), place, StandardCopyOption.ATOMIC_MOVE);
    syncParent(place);
  }

  /// Finishes what a crash interrupted, before the store at `place` is opened.
  static void finish(Path place) throws IOException {
    Path beside = beside(place, NEW);
    if (Files.exists(beside) && !Files.exists(place)) {
      Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
      syncParent(place);
    }
    GroupDirectory.deleteAll(beside(place, NEW));
    if (Files.exists(place)) {
      GroupDirectory.deleteAll(beside(place, DAMAGED));
    }
  }

  /// Finishes what was begun, and deletes what is not in charge then. One that was never to take
  /// the place is only deleted: the store of the place may have been removed meanwhile.
  @Override
  public void close() throws IOException {
    if (swapping) {
      finish(place);
    } else {
      GroupDirectory.deleteAll(beside(place, NEW));
    }
  }

  /// Deletes the store of a place, and all that was beside it. Durable when it returns.
  static void delete(Path place) throws IOException {
    GroupDirectory.deleteAll(beside(place, NEW));
    GroupDirectory.deleteAll(beside(place, DAMAGED));
    GroupDirectory.deleteAll(place);
    if (Files.exists(Objects.requireNonNull(place.getParent()))) {
      syncParent(place);
    }
  }

  private static void syncParent(Path place) throws IOException {
    GroupDirectory.syncDirectory(Objects.requireNonNull(place.getParent()));
  }

  private static Path beside(Path place, String suffix) {
    return place.resolveSibling(place.getFileName() + suffix);
  }
}
