package io.quiverdb.core.crypto;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/// Leaves everything as it is, and opens pages in place: for tests, and for disks that are
/// encrypted below.
public record PlainCodec(Scope scope) implements PageCodec {
  /// Of no particular store.
  public static final PlainCodec INSTANCE = new PlainCodec(Scope.ofStore(new UUID(0, 0)));

  @Override
  public Sealing sealing() {
    return Sealing.PLAIN;
  }

  @Override
  public int pageOverheadBytes() {
    return 0;
  }

  @Override
  public FileCodec newFile(int kind, long fileId) {
    return PlainFile.INSTANCE;
  }

  @Override
  public FileCodec file(int kind, long fileId, byte[] salt) {
    return PlainFile.INSTANCE;
  }

  @Override
  public int recordOverheadBytes() {
    return 0;
  }

  @Override
  public byte[] sealRecord(byte[] plain, byte[] associated) {
    return plain.clone();
  }

  @Override
  public Optional<byte[]> openRecord(ByteSlice sealed, byte[] associated) {
    return Optional.of(
        Arrays.copyOfRange(sealed.array(), sealed.offset(), sealed.offset() + sealed.length()));
  }

  private enum PlainFile implements FileCodec {
    INSTANCE;

    @Override
    public byte[] salt() {
      return new byte[SALT_BYTES];
    }

    @Override
    public byte[] check() {
      return new byte[CHECK_BYTES];
    }

    @Override
    public int overheadBytes() {
      return 0;
    }

    @Override
    public void seal(long page, MemorySegment header, MemorySegment plain, MemorySegment sealed) {
      sealed.copyFrom(plain);
    }

    @Override
    public Optional<MemorySegment> open(long page, MemorySegment header, MemorySegment sealed) {
      return Optional.of(sealed);
    }
  }
}
