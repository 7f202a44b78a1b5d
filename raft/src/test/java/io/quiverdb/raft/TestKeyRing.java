package io.quiverdb.raft;

import io.quiverdb.core.crypto.KeyBytes;
import io.quiverdb.core.crypto.KeyRing;
import java.security.SecureRandom;

/// The keys of all clusters in tests.
public final class TestKeyRing {
  public static final KeyRing INSTANCE =
      KeyRing.of(KeyBytes.draw(new SecureRandom()), new SecureRandom());

  private TestKeyRing() {}
}
