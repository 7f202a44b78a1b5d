package io.quiverdb.core.manifest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Settings;
import io.quiverdb.core.UnsupportedFormatException;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.FileHeader;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.op.OpProtos;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A manifest's file: a [BlobFile] under the catalogue's key, with the manifest's version as that
/// of the blob, holding `Manifest` of manifest.proto. With a field that is added the format version
/// rises: who does not know it would lose it.
final class ManifestFormat {
  /// A manifest belongs to no segment.
  private static final long FILE_ID = 0;

  private static final int STORE_ID_BYTES = 2 * Long.BYTES;

  private ManifestFormat() {}

  static byte[] encode(Manifest manifest, PageCodec codec) {
    assert manifest.getFeatureLevel() >= FeatureLevels.FIRST : manifest.getFeatureLevel();
    assert inconsistency(manifest).isEmpty() : inconsistency(manifest);
    return BlobFile.encode(
        PageType.MANIFEST, FILE_ID, manifest.getVersion(), manifest.toByteArray(), codec);
  }

  /// @param version that it is to have
  /// @throws WrongKeyException if it is sealed by another key
  /// @throws CorruptFileException naming the first thing that is wrong
  /// @throws UnsupportedFormatException if it is of another format version
  static Manifest decode(String path, MemorySegment content, long version, KeyRing keyRing) {
    var codec = keyRing.catalog(FileHeader.storeId(content, PageType.MANIFEST, path));
    if (!FileHeader.isOf(content, PageType.MANIFEST, codec, path)) {
      throw new WrongKeyException(
          "catalogue key: another one, or another kind of sealing, than that of " + path);
    }
    byte[] body = BlobFile.decode(content, PageType.MANIFEST, FILE_ID, version, codec, path);
    try {
      var manifest = Manifest.parseFrom(body);
      var inconsistency = inconsistency(manifest);
      if (inconsistency.isPresent()) {
        throw new CorruptFileException(
            path, FileHeader.BYTES, "body", "a consistent manifest", inconsistency.get());
      }
      return manifest;
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptFileException(path, FileHeader.BYTES, "body", "a manifest", e.toString());
    }
  }

  /// What is written together fits together: nothing is of a later version than the manifest, no id
  /// stands for two things, and what it says of collections is within the limits.
  ///
  /// @return the first thing that is not so
  private static Optional<String> inconsistency(Manifest manifest) {
    if (manifest.getStoreId().size() != STORE_ID_BYTES) {
      return Optional.of("store id of " + manifest.getStoreId().size() + " bytes");
    }
    if (manifest.getWindow().getVersion() > manifest.getVersion()) {
      return Optional.of("window of version " + manifest.getWindow().getVersion());
    }
    var collectionIds =
        Stream.concat(
            manifest.getCollectionsList().stream().map(Manifest.Collection::getId),
            manifest.getTombstonesList().stream().map(Manifest.Tombstone::getCollectionId));
    if (!areDistinct(collectionIds)) {
      return Optional.of("collection ids that are not distinct");
    }
    return beyondLimits(manifest).or(() -> inconsistency(manifest, segments(manifest)));
  }

  private static List<Manifest.Segment> segments(Manifest manifest) {
    return manifest.getCollectionsList().stream()
        .flatMap(collection -> collection.getSegmentsList().stream())
        .toList();
  }

  private static Optional<String> inconsistency(
      Manifest manifest, List<Manifest.Segment> segments) {
    if (!areDistinct(segments.stream().map(Manifest.Segment::getId))) {
      return Optional.of("segment ids that are not distinct");
    }
    for (var segment : segments) {
      if (segment.getId() >= manifest.getNextSegmentId()) {
        return Optional.of("segment " + segment.getId() + " beyond the next one's id");
      }
      if (segment.getRowCount() < 0) {
        return Optional.of("segment of " + segment.getRowCount() + " rows");
      }
      if (segment.getDeadRowsVersion() > manifest.getVersion()) {
        return Optional.of("dead rows of version " + segment.getDeadRowsVersion());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> beyondLimits(Manifest manifest) {
    try {
      List<?> _ = OpProtos.slots(manifest.getSlotsList());
      for (var collection : manifest.getCollectionsList()) {
        Descriptor _ = OpProtos.descriptor(collection.getCollectionDescriptor());
        Settings _ = OpProtos.settings(collection.getSettings());
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.toString());
    }
  }

  private static boolean areDistinct(Stream<Long> ids) {
    Set<Long> seen = new HashSet<>();
    return ids.allMatch(seen::add);
  }
}
