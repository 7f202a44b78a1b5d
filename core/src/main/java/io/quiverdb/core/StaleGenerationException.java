package io.quiverdb.core;

/// What was to be published was made of the files of another generation: a snapshot has been
/// installed since, and the same number of a segment may stand for other rows now. Nothing was
/// changed; it is to be made anew of a view of the live generation.
public final class StaleGenerationException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final long generation;
  private final long live;

  /// @param generation that it was made of
  /// @param live the one in charge
  public StaleGenerationException(long generation, long live) {
    super(Fault.CALLER, "generation: " + generation + " (expected: " + live + ", the live one)");
    this.generation = generation;
    this.live = live;
  }

  public long generation() {
    return generation;
  }

  public long live() {
    return live;
  }
}
