package io.quiverdb.core.crypto;

/// How files are sealed, as their headers say it.
public enum Sealing {
  /// Not at all.
  PLAIN(0),
  AES_256_GCM(1);

  private final int code;

  Sealing(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
