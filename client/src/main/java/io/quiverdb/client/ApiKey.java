package io.quiverdb.client;

/// A key that has just been made.
///
/// @param id what it is listed and revoked by
/// @param text the key itself
public record ApiKey(String id, String text) {
  /// Without the key.
  @Override
  public String toString() {
    return "ApiKey[id=" + id + "]";
  }
}
