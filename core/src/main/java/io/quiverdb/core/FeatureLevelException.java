package io.quiverdb.core;

/// Something is of a feature level that this release does not apply, or that is not in force where
/// it stands. A replica that passed it over would differ from the others, so it stops: nothing was
/// changed, and a later release goes on from there. Its message names levels only, and kinds of
/// operation.
public final class FeatureLevelException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final int level;
  private final transient VersionRange supported;

  private FeatureLevelException(String message, int level, VersionRange supported) {
    super(Fault.CALLER, message);
    this.level = level;
    this.supported = supported;
  }

  /// @param what is of the level
  /// @param level that is not supported
  public static FeatureLevelException unsupported(String what, int level, VersionRange supported) {
    return new FeatureLevelException(
        "%s: feature level %s (supported: %s)"
            .formatted(what, Integer.toUnsignedString(level), supported),
        level,
        supported);
  }

  /// @param what is of a later level than `inForce`
  public static FeatureLevelException notInForce(String what, int inForce, VersionRange supported) {
    return new FeatureLevelException(
        "%s: not of feature level %d, which is in force (supported: %s)"
            .formatted(what, inForce, supported),
        inForce,
        supported);
  }

  /// That is not supported, or that is in force.
  public int level() {
    return level;
  }

  public VersionRange supported() {
    return supported;
  }
}
