package io.quiverdb.bench;

/// One way of doing the work that is measured.
@FunctionalInterface
public interface Contestant {
  /// Does the work once, on a state that it makes anew.
  ///
  /// @return the figure of this round, in the contest's unit
  double round() throws Exception;
}
