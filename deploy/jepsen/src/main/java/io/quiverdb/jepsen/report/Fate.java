package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.Call;

/// What became of an operation. The names are classes of the style sheet, too.
enum Fate {
  ANSWERED,
  FAILED,
  UNKNOWN;

  static Fate of(Call call) {
    if (call.answer().isPresent()) {
      return ANSWERED;
    }
    return call.isFailed() ? FAILED : UNKNOWN;
  }

  String word() {
    return switch (this) {
      case ANSWERED -> "answered";
      case FAILED -> "failed";
      case UNKNOWN -> "unknown";
    };
  }
}
