package io.quiverdb.core.crypto;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Optional;

/// Encrypts: files with AES-256-GCM, each under a key of its own with its page numbers as nonces;
/// records with XAES-256-GCM.
public final class AesCodec implements PageCodec {
  private final Scope scope;
  private final KeyBytes key;
  private final Aead aead;
  private final SecureRandom random;
  private final RecordSealer records;

  /// @param key parent of all keys that are used
  public AesCodec(Scope scope, KeyBytes key, Aead aead, SecureRandom random) {
    this.scope = scope;
    this.key = key;
    this.aead = aead;
    this.random = random;
    this.records = new RecordSealer(Hkdf.key(key, "quiver: records"), aead, random);
  }

  @Override
  public Scope scope() {
    return scope;
  }

  @Override
  public Sealing sealing() {
    return Sealing.AES_256_GCM;
  }

  @Override
  public int pageOverheadBytes() {
    return Aead.TAG_BYTES;
  }

  @Override
  public FileCodec newFile(int kind, long fileId) {
    var salt = new byte[FileCodec.SALT_BYTES];
    random.nextBytes(salt);
    return file(kind, fileId, salt);
  }

  @Override
  public FileCodec file(int kind, long fileId, byte[] salt) {
    return new AesFileCodec(scope, key, kind, fileId, salt, aead);
  }

  @Override
  public int recordOverheadBytes() {
    return RecordSealer.OVERHEAD_BYTES;
  }

  @Override
  public byte[] sealRecord(byte[] plain, byte[] associated) {
    return records.seal(plain, withCollection(associated));
  }

  @Override
  public Optional<byte[]> openRecord(ByteSlice sealed, byte[] associated) {
    return records.open(sealed, withCollection(associated));
  }

  private byte[] withCollection(byte[] associated) {
    return ByteBuffer.allocate(Long.BYTES + associated.length)
        .putLong(scope.collectionId())
        .put(associated)
        .array();
  }
}
