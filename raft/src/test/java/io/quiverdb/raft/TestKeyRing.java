package io.quiverdb.raft;

import io.quiverdb.core.MasterKey;
import io.quiverdb.core.crypto.KeyBytes;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.LocalMasterKey;
import java.security.SecureRandom;

/// The keys of all clusters in tests.
public final class TestKeyRing {
  public static final KeyRing INSTANCE =
      KeyRing.of(KeyBytes.draw(new SecureRandom()), new SecureRandom());

  public static final MasterKey MASTER = newMaster();

  private TestKeyRing() {}

  public static MasterKey newMaster() {
    return MasterKey.ofText(LocalMasterKey.draw(new SecureRandom()));
  }
}
