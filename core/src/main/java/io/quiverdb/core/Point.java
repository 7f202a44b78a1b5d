package io.quiverdb.core;

/// A point as it is written. Its id is 1 to [#ID_BYTES_MAX] bytes of UTF-8.
public record Point(String id, Vector vector, Payload payload) {
  public static final int ID_BYTES_MAX = 512;
}
