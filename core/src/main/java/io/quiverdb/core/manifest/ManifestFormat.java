package io.quiverdb.core.manifest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.UnsupportedFormatException;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.FileHeader;
import io.quiverdb.core.format.PageType;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/// A manifest's file: a [BlobFile] under the catalogue's key, with the manifest's version as that
/// of the blob, holding `Manifest` of manifest.proto. With a field that is added the format version
/// rises: who does not know it would lose it.
final class ManifestFormat {
  /// What operations mean, constants of their application included. The log that follows a
  /// checkpoint of a higher level is not for this release to apply.
  private static final VersionRange FEATURE_LEVELS = VersionRange.FIRST;

  /// A manifest belongs to no segment.
  private static final long FILE_ID = 0;

  private ManifestFormat() {}

  /// @param manifest with [#featureLevel]
  static byte[] encode(Manifest manifest, PageCodec codec) {
    assert manifest.getFeatureLevel() == featureLevel() : manifest.getFeatureLevel();
    assertConsistent(manifest);
    return BlobFile.encode(
        PageType.MANIFEST, FILE_ID, manifest.getVersion(), manifest.toByteArray(), codec);
  }

  /// Of what this release writes.
  static int featureLevel() {
    return FEATURE_LEVELS.newest();
  }

  /// @param version that it is to have
  /// @throws WrongKeyException if it is sealed by another key
  /// @throws CorruptFileException naming the first thing that is wrong
  /// @throws UnsupportedFormatException if it is of another format version or feature level
  static Manifest decode(String path, MemorySegment content, long version, KeyRing keyRing) {
    var codec = keyRing.catalog(FileHeader.storeId(content, PageType.MANIFEST, path));
    if (!FileHeader.isOf(content, PageType.MANIFEST, codec, path)) {
      throw new WrongKeyException(
          "catalogue key: another one, or another kind of sealing, than that of " + path);
    }
    byte[] body = BlobFile.decode(content, PageType.MANIFEST, FILE_ID, version, codec, path);
    try {
      var manifest = Manifest.parseFrom(body);
      if (!FEATURE_LEVELS.contains(manifest.getFeatureLevel())) {
        throw new UnsupportedFormatException(
            path, "feature level", manifest.getFeatureLevel(), FEATURE_LEVELS);
      }
      assertConsistent(manifest);
      return manifest;
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptFileException(path, FileHeader.BYTES, "body", "a manifest", e.toString());
    }
  }

  /// What is written together fits together: nothing is of a later version than the manifest, and
  /// no id stands for two things.
  private static void assertConsistent(Manifest manifest) {
    assert manifest.getStoreId().size() == 16 : manifest.getStoreId().size();
    assert manifest.getWindow().getVersion() <= manifest.getVersion() : manifest.getWindow();
    var segments =
        manifest.getCollectionsList().stream()
            .flatMap(collection -> collection.getSegmentsList().stream())
            .toList();
    var collectionIds =
        Stream.concat(
            manifest.getCollectionsList().stream().map(Manifest.Collection::getId),
            manifest.getTombstonesList().stream().map(Manifest.Tombstone::getCollectionId));
    assert areDistinct(collectionIds) : "collection ids";
    assert areDistinct(segments.stream().map(Manifest.Segment::getId)) : "segment ids";
    for (var segment : segments) {
      assert segment.getId() < manifest.getNextSegmentId() : segment;
      assert segment.getDeadRowsVersion() <= manifest.getVersion() : segment;
    }
  }

  private static boolean areDistinct(Stream<Long> ids) {
    Set<Long> seen = new HashSet<>();
    return ids.allMatch(seen::add);
  }
}
