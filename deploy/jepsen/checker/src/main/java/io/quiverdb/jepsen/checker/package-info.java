/// Judges histories: one checker for each promise, all of them together by the entry type
/// [HistoryJudge].
@NullMarked
package io.quiverdb.jepsen.checker;

import org.jspecify.annotations.NullMarked;
