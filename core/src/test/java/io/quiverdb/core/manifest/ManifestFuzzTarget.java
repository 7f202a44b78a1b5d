package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.format.BlobFile;
import io.quiverdb.core.format.PageType;
import io.quiverdb.core.fuzz.Bounded;
import io.quiverdb.core.fuzz.FuzzedInput;
import java.util.UUID;

/// A manifest. The input is a byte, whose bit 0 says whether it is encrypted and the others which
/// version its name says, and the plain body. Its file is made here, so that what lies below the
/// checksum and the seal is reached.
public final class ManifestFuzzTarget {
  private static final UUID STORE_ID = new UUID(0, 0);

  private ManifestFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    var fields = new FuzzedInput(input);
    int mode = fields.oneByte();
    KeyRing keys = (mode & 1) == 0 ? TestKeys.PLAIN : TestKeys.SHARED.keyRing();
    long version = mode >> 1;
    byte[] content =
        BlobFile.encode(PageType.MANIFEST, 0, version, fields.rest(), keys.catalog(STORE_ID));
    var unchecked = new UncheckedManifest("manifest", version, ByteString.copyFrom(content));
    Bounded.run(input, () -> decode(unchecked, keys));
  }

  private static void decode(UncheckedManifest unchecked, KeyRing keys) {
    try {
      var manifest = unchecked.verify(keys);
      if (manifest.getStoreId().size() != 16) {
        throw new AssertionError("store id of " + manifest.getStoreId().size() + " bytes");
      }
    } catch (StoreException _) {
      // As it should be.
    }
  }
}
