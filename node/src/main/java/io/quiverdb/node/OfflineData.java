package io.quiverdb.node;

import io.quiverdb.core.Damage;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.StoreLockedException;
import io.quiverdb.raft.OfflineStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Looks after data that no node and no program has open: in the directory of a store, or in the
/// data directory of a node.
public final class OfflineData {
  private static final String KEY_VARIABLE = "QUIVER_MASTER_KEY";
  private static final String KEY_FILE = "quiver-master.key";

  private OfflineData() {}

  /// What was found in one store.
  ///
  /// @param directory of the store
  /// @param counts of what was read or taken over, by names: `files`, `bytes` and `rows` (dead ones
  ///   included) of a verification; `points` of the checkpoint and `operations` of the log that a
  ///   salvage has taken over, and those `refused`, as they may have been the first time
  /// @param damages the first of them, each on a line
  /// @param damageCount how many there are
  /// @param problem why it could not be done at all
  public record Findings(
      Path directory,
      SequencedMap<String, Long> counts,
      List<String> damages,
      long damageCount,
      Optional<String> problem) {
    public Findings {
      counts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(counts));
      damages = List.copyOf(damages);
    }

    private static Findings of(
        Path directory, SequencedMap<String, Long> counts, List<Damage> damages, long damageCount) {
      return new Findings(
          directory,
          counts,
          damages.stream().map(Damage::toString).toList(),
          damageCount,
          Optional.empty());
    }

    private static Findings failed(Path directory, StoreException e) {
      return new Findings(
          directory,
          new LinkedHashMap<>(),
          List.of(),
          0,
          Optional.of(String.valueOf(e.getMessage())));
    }

    public boolean isIntact() {
      return damageCount == 0 && problem.isEmpty();
    }
  }

  /// Reads every file of every store and names what is wrong. Changes nothing.
  ///
  /// @param masterKeyFile if none is given, the environment's QUIVER_MASTER_KEY or the file
  ///   `quiver-master.key` beside the directory
  /// @throws IllegalArgumentException if there is no store, or it is in use, or the key is wrong
  public static List<Findings> verify(Path directory, Optional<Path> masterKeyFile)
      throws IOException {
    try (var stores = open(directory, masterKeyFile)) {
      List<Findings> findings = new ArrayList<>();
      for (var store : stores.directories()) {
        findings.add(verify(stores, store));
      }
      return findings;
    }
  }

  private static Findings verify(OfflineStores stores, Path store) {
    try {
      var verification = stores.verify(store);
      SequencedMap<String, Long> counts = new LinkedHashMap<>();
      counts.put("files", verification.fileCount());
      counts.put("bytes", verification.byteCount());
      counts.put("rows", verification.rowCount());
      return Findings.of(store, counts, verification.damages(), verification.damageCount());
    } catch (StoreException e) {
      return Findings.failed(store, e);
    }
  }

  /// Makes new stores of what can be read of those in `directory`, at the same places below
  /// `target`. The old ones stay as they are.
  ///
  /// @param target holds no store
  /// @param masterKeyFile as [#verify] takes it
  /// @throws IllegalArgumentException if there is no store, or one in `target`, or it is in use, or
  ///   the key is wrong
  public static List<Findings> salvage(Path directory, Path target, Optional<Path> masterKeyFile)
      throws IOException {
    if (isBelow(directory, target) || isBelow(target, directory)) {
      throw new IllegalArgumentException(
          "target: " + target + " (expected: a directory apart from " + directory + ")");
    }
    try (var stores = open(directory, masterKeyFile)) {
      List<Findings> findings = new ArrayList<>();
      for (var store : stores.directories()) {
        findings.add(salvage(stores, store, target));
      }
      return findings;
    }
  }

  private static boolean isBelow(Path directory, Path other) {
    return other.toAbsolutePath().normalize().startsWith(directory.toAbsolutePath().normalize());
  }

  private static Findings salvage(OfflineStores stores, Path store, Path target)
      throws IOException {
    try {
      var report = stores.salvage(store, target);
      SequencedMap<String, Long> counts = new LinkedHashMap<>();
      counts.put("points", report.pointCount());
      counts.put("operations", report.appliedCount());
      counts.put("refused", report.refusedCount());
      return Findings.of(store, counts, report.damages(), report.damageCount());
    } catch (StoreException e) {
      return Findings.failed(store, e);
    }
  }

  private static OfflineStores open(Path directory, Optional<Path> masterKeyFile)
      throws IOException {
    try {
      return OfflineStores.open(
          directory, masterKeys(directory, masterKeyFile), new SecureRandom());
    } catch (StoreLockedException e) {
      throw new IllegalArgumentException(e.getMessage() + " (expected: stopped)", e);
    } catch (StoreException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static List<MasterKey> masterKeys(Path directory, Optional<Path> masterKeyFile) {
    if (masterKeyFile.isPresent()) {
      return List.of(MasterKey.ofFile(masterKeyFile.get()));
    }
    String text = System.getenv(KEY_VARIABLE);
    if (text != null && !text.isBlank()) {
      return List.of(MasterKey.ofText(text));
    }
    Path beside = directory.toAbsolutePath().normalize().resolveSibling(KEY_FILE);
    return Files.exists(beside) ? List.of(MasterKey.ofFile(beside)) : List.of();
  }
}
