package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// A manifest's file. Numbers are little-endian.
///
/// | offset | bytes | field                                       |
/// |-------:|------:|---------------------------------------------|
/// |      0 |     8 | magic "QVMANFST"                            |
/// |      8 |     4 | format version                              |
/// |     12 |     4 | length of the body                          |
/// |     16 |     4 | CRC32C of all of the above and of the body  |
/// |     20 |       | body: `Manifest` of manifest.proto          |
final class ManifestFormat {
  static final int FORMAT_VERSION = 1;

  private static final String MAGIC = "QVMANFST";
  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  private static final int LENGTH_OFFSET = VERSION_OFFSET + Integer.BYTES;
  private static final int CRC_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  private static final int BODY_OFFSET = CRC_OFFSET + Integer.BYTES;

  private ManifestFormat() {}

  static byte[] encode(Manifest manifest) {
    assertConsistent(manifest);
    byte[] body = manifest.toByteArray();
    var file =
        ByteBuffer.allocate(BODY_OFFSET + body.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(FileChecks.ascii(MAGIC))
            .putInt(FORMAT_VERSION)
            .putInt(body.length)
            .putInt(0)
            .put(body);
    return file.putInt(CRC_OFFSET, crc(file)).array();
  }

  /// @throws CorruptFileException naming the first thing that is wrong
  static Manifest decode(String path, ByteString content) {
    var checks = new FileChecks(path, content);
    checks.magic(MAGIC_OFFSET, MAGIC);
    checks.formatVersion(VERSION_OFFSET, FORMAT_VERSION);
    checks.atLeast(BODY_OFFSET);
    var file = content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    checks.that("length", LENGTH_OFFSET, content.size() - BODY_OFFSET, file.getInt(LENGTH_OFFSET));
    checks.crc(CRC_OFFSET, crc(file), file.getInt(CRC_OFFSET));
    try {
      var manifest = Manifest.parseFrom(content.substring(BODY_OFFSET));
      assertConsistent(manifest);
      return manifest;
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptFileException(path, BODY_OFFSET, "body", "a manifest", e.toString());
    }
  }

  private static int crc(ByteBuffer file) {
    var crc = new CRC32C();
    crc.update(file.slice(0, CRC_OFFSET));
    crc.update(file.slice(BODY_OFFSET, file.capacity() - BODY_OFFSET));
    return (int) crc.getValue();
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
