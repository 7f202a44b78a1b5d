package io.quiverdb.node.doctor;

/// What one check has found.
///
/// @param subject what was looked at, in a word or two
/// @param found in a line
/// @param advice what helps; empty if nothing has to be done
public record Finding(String subject, Verdict verdict, String found, String advice) {
  /// How bad it is.
  public enum Verdict {
    GOOD,
    /// A node runs, but not as well or as safely as it could.
    WARNING,
    /// A node will not start, or will lose or refuse writes.
    BAD
  }

  static Finding good(String subject, String found) {
    return new Finding(subject, Verdict.GOOD, found, "");
  }

  static Finding warning(String subject, String found, String advice) {
    return new Finding(subject, Verdict.WARNING, found, advice);
  }

  static Finding bad(String subject, String found, String advice) {
    return new Finding(subject, Verdict.BAD, found, advice);
  }
}
