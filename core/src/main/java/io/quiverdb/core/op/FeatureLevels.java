package io.quiverdb.core.op;

import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.UnsupportedFormatException;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.state.RequestWindow;
import java.util.Collections;
import java.util.EnumSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/// The feature levels that a release applies, and what each of them means: which kinds of operation
/// there are, and the constants of how they are applied.
///
/// The level in force is part of a store's state and rises by an operation of the log
/// ([SetFeatureLevel]) only, so that it rises at one place of the log on every replica, whatever
/// release each of them is. Whatever is added to [Op], and whatever changes an outcome or a state
/// that an operation leaves, is of a new level: a release that brings it keeps the rules of the
/// levels before, and asks for the level in force where they differ. Of what a released level means
/// nothing changes.
///
/// A store begins at level [#FIRST], whatever made it: what its log holds before the first rise is
/// of that level. A release that drops a level still applies those few operations.
public final class FeatureLevels {
  public static final int FIRST = 1;

  /// Those of this release.
  public static final FeatureLevels CURRENT =
      new FeatureLevels(
          FIRST,
          new Rules(
              EnumSet.complementOf(EnumSet.of(Op.KindCase.KIND_NOT_SET)), RequestWindow.BYTES_MAX));

  private final NavigableMap<Integer, Rules> byLevel;

  /// What a level means.
  ///
  /// @param kinds of operation; the level before has all of them or fewer
  /// @param requestWindowBytesMax of the requests that are remembered, encoded
  public record Rules(Set<Op.KindCase> kinds, long requestWindowBytesMax) {
    public Rules {
      kinds = Collections.unmodifiableSet(EnumSet.copyOf(kinds));
    }
  }

  public FeatureLevels(int level, Rules rules) {
    this(new TreeMap<>(Collections.singletonMap(level, rules)));
  }

  private FeatureLevels(NavigableMap<Integer, Rules> byLevel) {
    assert byLevel.firstKey() >= FIRST : byLevel;
    this.byLevel = byLevel;
  }

  /// These and the level that follows them.
  public FeatureLevels and(Rules next) {
    var more = new TreeMap<>(byLevel);
    more.put(byLevel.lastKey() + 1, next);
    return new FeatureLevels(more);
  }

  /// The lowest and the highest.
  public VersionRange supported() {
    return new VersionRange(byLevel.firstKey(), byLevel.lastKey());
  }

  /// What the level in force means.
  public Rules rules(int inForce) {
    var rules = byLevel.get(inForce);
    if (rules == null) {
      throw FeatureLevelException.unsupported("log", inForce, supported());
    }
    return rules;
  }

  /// @param path of a file that was written at a level
  /// @throws UnsupportedFormatException if it is none of these
  public void requireSupported(String path, int level) {
    if (!byLevel.containsKey(level)) {
      throw new UnsupportedFormatException(path, "feature level", level, supported());
    }
  }

  /// @throws FeatureLevelException if an operation is none that the level in force has
  public void requireInForce(Op op, int inForce) {
    if (!rules(inForce).kinds().contains(op.getKindCase())) {
      throw FeatureLevelException.notInForce("operation " + op.getKindCase(), inForce, supported());
    }
    if (op.hasSetFeatureLevel() && op.getSetFeatureLevel().getLevel() > byLevel.lastKey()) {
      throw FeatureLevelException.unsupported(
          "operation SET_FEATURE_LEVEL", op.getSetFeatureLevel().getLevel(), supported());
    }
  }
}
