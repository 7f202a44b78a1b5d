package io.quiverdb.core.crypto;

import com.google.protobuf.ByteString;
import io.quiverdb.core.WrongKeyException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Mac;

/// Everything under one catalogue key. A collection's data key and hash key are drawn, and wrapped
/// together.
final class CatalogKeyRing implements KeyRing {
  private static final byte[] ASSOCIATED =
      "quiver: keys of a collection".getBytes(StandardCharsets.US_ASCII);

  private final Aead aead;
  private final SecureRandom random;
  private final KeyBytes sealingKey;
  private final KeyBytes requestKey;
  private final KeyBytes wrappingKey;
  private final RecordSealer wrapping;

  CatalogKeyRing(KeyBytes catalogKey, Aead aead, SecureRandom random) {
    this.aead = aead;
    this.random = random;
    this.sealingKey = Hkdf.key(catalogKey, "quiver catalogue: sealing");
    this.requestKey = Hkdf.key(catalogKey, "quiver catalogue: digests of requests");
    this.wrappingKey = Hkdf.key(catalogKey, "quiver catalogue: wrapping keys");
    this.wrapping = new RecordSealer(wrappingKey, aead, random);
  }

  @Override
  public PageCodec catalog(UUID storeId) {
    return new AesCodec(Scope.ofStore(storeId), sealingKey, aead, random);
  }

  @Override
  public Mac catalogRequestMac() {
    return Macs.hmacSha256(requestKey);
  }

  @Override
  public ByteString drawCollectionKeys() {
    var keys = new byte[2 * KeyBytes.BYTES];
    random.nextBytes(keys);
    try {
      return ByteString.copyFrom(wrapping.seal(keys, ASSOCIATED));
    } finally {
      Arrays.fill(keys, (byte) 0);
    }
  }

  @Override
  public CollectionKeys collection(Scope scope, ByteString wrapped) {
    byte[] keys =
        wrapping
            .open(ByteSlice.of(wrapped.toByteArray()), ASSOCIATED)
            .filter(opened -> opened.length == 2 * KeyBytes.BYTES)
            .orElseThrow(
                () ->
                    new WrongKeyException(
                        "keys of collection %s: of %d bytes (expected: wrapped by this catalogue key)"
                            .formatted(
                                Long.toUnsignedString(scope.collectionId()), wrapped.size())));
    try (var hashKey = KeyBytes.copyOf(keys, KeyBytes.BYTES)) {
      var dataKey = KeyBytes.copyOf(keys, 0);
      return new CollectionKeys(wrapped, new AesCodec(scope, dataKey, aead, random), hashKey);
    } finally {
      Arrays.fill(keys, (byte) 0);
    }
  }

  @Override
  public boolean hasDataKeys() {
    return true;
  }

  @Override
  public void close() {
    sealingKey.close();
    requestKey.close();
    wrappingKey.close();
    wrapping.forgetKey();
    aead.forgetKeys();
  }
}
