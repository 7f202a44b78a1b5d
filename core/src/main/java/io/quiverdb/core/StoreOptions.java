package io.quiverdb.core;

import java.security.SecureRandom;

/// What a store takes from outside.
///
/// @param random for keys, salts and ids
public record StoreOptions(SecureRandom random) {
  public static StoreOptions standard() {
    return new StoreOptions(new SecureRandom());
  }
}
