package io.quiverdb.core.op;

import io.quiverdb.core.crypto.Scope;
import io.quiverdb.core.crypto.TestKeys;

/// Seals operations of any content, also such as no prepare would make.
public final class TestOps {
  private TestOps() {}

  public static SealedOp seal(Op op, TestKeys keys) {
    long collectionId = OpSealer.collectionOf(op);
    var sealer = new OpSealer(keys.anyStore());
    return collectionId == Scope.NO_COLLECTION
        ? sealer.seal(op)
        : sealer.seal(op, keys.collection(collectionId));
  }
}
