package io.quiverdb.core.checkpoint;

import io.quiverdb.core.Verification;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.util.random.RandomGenerator;

/// Reads every file that a manifest names, every page of it and every row, and computes the state
/// hash again from what it read. Names all that is wrong, never only the first. Changes nothing.
public final class CheckpointVerifier {
  private final ReadableStorage storage;
  private final KeyRing keyRing;
  private final FeatureLevels levels;
  private final RandomGenerator random;

  /// @param random does not show in the result
  public CheckpointVerifier(
      ReadableStorage storage, KeyRing keyRing, FeatureLevels levels, RandomGenerator random) {
    this.storage = storage;
    this.keyRing = keyRing;
    this.levels = levels;
    this.random = random;
  }

  /// As this one, for files of the same store elsewhere.
  public CheckpointVerifier of(ReadableStorage other) {
    return new CheckpointVerifier(other, keyRing, levels, random);
  }

  /// @param published its files stay meanwhile
  public Verification verify(PublishedManifest published) throws IOException {
    return walk(published, 1).all();
  }

  /// Does the same by several threads, for whoever waits for it.
  ///
  /// @param parts that the rows of a segment are gone over in, at a time
  public Verification verify(PublishedManifest published, int parts) throws IOException {
    return walk(published, parts).all();
  }

  /// Does the same with the manifest and one collection's files. Nothing is said of the state hash.
  public Verification verify(PublishedManifest published, long collectionId) throws IOException {
    return walk(published, 1).collection(collectionId);
  }

  private CheckpointWalk walk(PublishedManifest published, int parts) {
    return new CheckpointWalk(storage, published, keyRing, levels, random, parts);
  }
}
