package io.quiverdb.core.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// The pages of one encrypted file.
/// - Key and check value: HKDF-SHA-256 of the parent key, with the file's salt as salt and "quiver:
///   file" and its kind as info; 32 and 16 bytes.
/// - Nonce: four zero bytes and the page number.
/// - Associated data: store id (16), collection id (8), file id (8), kind (4), page number (8), and
///   the page's header. Numbers are big-endian.
final class AesFileCodec implements FileCodec {
  private static final byte[] PURPOSE = "quiver: file".getBytes(StandardCharsets.US_ASCII);
  private static final int PLACE_BYTES = 4 * Long.BYTES + Integer.BYTES;

  private final Aead aead;
  private final byte[] salt;
  private final KeyBytes key;
  private final byte[] check;
  private final byte[] place;

  AesFileCodec(Scope scope, KeyBytes parent, int kind, long fileId, byte[] salt, Aead aead) {
    assert salt.length == SALT_BYTES : salt.length;
    this.aead = aead;
    this.salt = salt.clone();
    byte[] info =
        ByteBuffer.allocate(PURPOSE.length + Integer.BYTES).put(PURPOSE).putInt(kind).array();
    byte[] derived = Hkdf.bytes(parent.bytes(), salt, info, KeyBytes.BYTES + CHECK_BYTES);
    this.key = KeyBytes.copyOf(derived, 0);
    this.check = Arrays.copyOfRange(derived, KeyBytes.BYTES, derived.length);
    Arrays.fill(derived, (byte) 0);
    this.place =
        ByteBuffer.allocate(PLACE_BYTES)
            .putLong(scope.storeId().getMostSignificantBits())
            .putLong(scope.storeId().getLeastSignificantBits())
            .putLong(scope.collectionId())
            .putLong(fileId)
            .putInt(kind)
            .array();
  }

  @Override
  public byte[] salt() {
    return salt.clone();
  }

  @Override
  public byte[] check() {
    return check.clone();
  }

  @Override
  public int overheadBytes() {
    return Aead.TAG_BYTES;
  }

  @Override
  public void seal(long page, MemorySegment header, MemorySegment plain, MemorySegment sealed) {
    aead.seal(key, nonce(page), associated(page, header), slice(plain), slice(sealed));
  }

  @Override
  public Optional<MemorySegment> open(long page, MemorySegment header, MemorySegment sealed) {
    // Out of the mapping first: the cipher is fast on arrays only.
    byte[] copy = sealed.toArray(ValueLayout.JAVA_BYTE);
    byte[] plain = new byte[copy.length - Aead.TAG_BYTES];
    return aead.open(
            key, nonce(page), associated(page, header), ByteSlice.of(copy), ByteSlice.of(plain))
        ? Optional.of(MemorySegment.ofArray(plain))
        : Optional.empty();
  }

  private static byte[] nonce(long page) {
    return ByteBuffer.allocate(Aead.NONCE_BYTES).putInt(0).putLong(page).array();
  }

  private byte[] associated(long page, MemorySegment header) {
    var associated = new byte[PLACE_BYTES + Long.BYTES + (int) header.byteSize()];
    ByteBuffer.wrap(associated).put(place).putLong(page);
    MemorySegment.copy(
        header,
        ValueLayout.JAVA_BYTE,
        0,
        associated,
        PLACE_BYTES + Long.BYTES,
        (int) header.byteSize());
    return associated;
  }

  private static ByteSlice slice(MemorySegment segment) {
    byte[] array =
        (byte[])
            segment
                .heapBase()
                .orElseThrow(() -> new AssertionError("sealing from and into arrays only"));
    return new ByteSlice(array, (int) segment.address(), (int) segment.byteSize());
  }
}
