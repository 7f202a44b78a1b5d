package io.quiverdb.raft.catalog;

import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import io.quiverdb.raft.catalog.proto.CatalogOp.KindCase;
import java.util.Map;

/// The feature levels that a release applies to the catalogue: the same as those of shards.
///
/// @param since by kind of operation, the level that brought it; the first of those that are left
///   out
public record CatalogLevels(VersionRange supported, Map<KindCase, Integer> since) {
  /// Those of this release.
  public static final CatalogLevels CURRENT = of(FeatureLevels.CURRENT);

  public CatalogLevels {
    since = Map.copyOf(since);
  }

  /// With no operation that a later level than the first has brought.
  public static CatalogLevels of(FeatureLevels shards) {
    return new CatalogLevels(shards.supported(), Map.of());
  }

  /// @param what is of the level
  /// @throws FeatureLevelException if this release does not apply it
  void requireSupported(String what, int level) {
    if (!supported.contains(level)) {
      throw FeatureLevelException.unsupported(what, level, supported);
    }
  }

  boolean isInForce(KindCase kind, int inForce) {
    return since.getOrDefault(kind, FeatureLevels.FIRST) <= inForce;
  }

  /// @param index of the operation's log entry
  /// @throws FeatureLevelException if the operation is of a level that is not in force, or sets one
  ///   that this release does not apply
  void require(long index, CatalogOp op, int inForce) {
    if (!isInForce(op.getKindCase(), inForce)) {
      throw FeatureLevelException.notInForce(
          "catalogue entry %d, %s".formatted(index, op.getKindCase()), inForce, supported);
    }
    int set =
        switch (op.getKindCase()) {
          case FORM_CLUSTER -> op.getFormCluster().getFeatureLevel();
          case RECOVER_CLUSTER -> op.getRecoverCluster().getState().getFeatureLevel();
          case RAISE_FEATURE_LEVEL -> op.getRaiseFeatureLevel().getLevel();
          case BEGIN_CREATE_COLLECTION,
              BEGIN_DROP_COLLECTION,
              BEGIN_SHRED_COLLECTION,
              END_SHRED,
              FINISH_COLLECTION,
              BEGIN_UPDATE_SETTINGS,
              ADD_NODE,
              SET_NODE_STATE,
              SET_REPLICATION_FACTOR,
              BEGIN_MOVE,
              END_MOVE,
              BEGIN_REBALANCE,
              END_REBALANCE,
              CREATE_API_KEY,
              REVOKE_API_KEY,
              KIND_NOT_SET ->
              inForce;
        };
    // Unsigned, as it is meant.
    if (set > supported.newest() || set < 0) {
      throw FeatureLevelException.unsupported("catalogue entry " + index, set, supported);
    }
  }
}
