package io.quiverdb.core.crypto;

import com.google.protobuf.ByteString;
import io.quiverdb.core.WrongKeyException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Mac;

/// Seals with codecs from outside. Of a collection's keys there is but the hash key, and requests
/// that belong to no collection have digests that anyone can compute.
final class CodecKeyRing implements KeyRing {
  private static final byte[] ASSOCIATED =
      "quiver: hash key of a collection".getBytes(StandardCharsets.US_ASCII);
  private static final UUID NO_STORE = new UUID(0, 0);

  private final PageCodec.Factory codecs;
  private final SecureRandom random;
  private final PageCodec wrapping;

  CodecKeyRing(PageCodec.Factory codecs, SecureRandom random) {
    this.codecs = codecs;
    this.random = random;
    // Whichever store the keys are carried to, they have to open.
    this.wrapping = codecs.codec(Scope.ofStore(NO_STORE));
  }

  @Override
  public PageCodec catalog(UUID storeId) {
    return codecs.codec(Scope.ofStore(storeId));
  }

  @Override
  public Mac catalogRequestMac() {
    try (var known = KeyBytes.copyOf(new byte[KeyBytes.BYTES])) {
      return Macs.hmacSha256(known);
    }
  }

  @Override
  public ByteString drawCollectionKeys() {
    var key = new byte[KeyBytes.BYTES];
    random.nextBytes(key);
    try {
      return ByteString.copyFrom(wrapping.sealRecord(key, ASSOCIATED));
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public CollectionKeys collection(Scope scope, ByteString wrapped) {
    byte[] key =
        wrapping
            .openRecord(ByteSlice.of(wrapped.toByteArray()), ASSOCIATED)
            .filter(opened -> opened.length == KeyBytes.BYTES)
            .orElseThrow(
                () ->
                    new WrongKeyException(
                        "hash key of collection %s: of %d bytes (expected: sealed by this codec)"
                            .formatted(
                                Long.toUnsignedString(scope.collectionId()), wrapped.size())));
    try (var hashKey = KeyBytes.copyOf(key)) {
      return new CollectionKeys(wrapped, codecs.codec(scope), hashKey);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public boolean hasDataKeys() {
    return false;
  }

  @Override
  public void close() {}
}
