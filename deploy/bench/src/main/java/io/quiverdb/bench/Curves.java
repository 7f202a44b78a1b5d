package io.quiverdb.bench;

import java.util.List;

/// The curves of contestants over the same data.
///
/// @param title says what data
public record Curves(String title, List<Curve> byContestant) {
  public Curves {
    byContestant = List.copyOf(byContestant);
  }
}
