package io.quiverdb.core.op;

import io.quiverdb.core.crypto.Scope;
import io.quiverdb.core.crypto.TestKeys;

/// Seals operations of any content, also such as no prepare would make.
public final class TestOps {
  private TestOps() {}

  public static SealedOp seal(Op op, TestKeys keys) {
    long collectionId = OpSealer.collectionOf(op);
    return collectionId == Scope.NO_COLLECTION
        ? new OpSealer(keys.anyStore()).seal(op)
        : OpSealer.seal(op, keys.collection(collectionId));
  }
}
