package io.quiverdb.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What a point carries besides its vector: immutable bytes, opaque to the engine but for filters,
/// which read it as JSON.
public final class Payload {
  public static final int BYTES_MAX = 64 * 1024;
  public static final Payload EMPTY = new Payload(new byte[0]);

  private final byte[] bytes;

  private Payload(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Copies what remains in `bytes`.
  public static Payload of(ByteBuffer bytes) {
    var copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return new Payload(copy);
  }

  /// Copies all of `bytes`.
  public static Payload of(MemorySegment bytes) {
    return bytes.byteSize() == 0 ? EMPTY : new Payload(bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  public static Payload of(byte[] bytes) {
    return new Payload(bytes.clone());
  }

  public static Payload ofJson(String json) {
    return new Payload(json.getBytes(StandardCharsets.UTF_8));
  }

  public int length() {
    return bytes.length;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// The length only: payloads are user data and stay out of logs.
  @Override
  public String toString() {
    return "Payload[" + bytes.length + "]";
  }
}
