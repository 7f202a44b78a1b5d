/// Judges histories: whether they are linearizable, whether inserts were lost. Entry type:
/// [LinearizabilityChecker].
@NullMarked
package io.quiverdb.jepsen.checker;

import org.jspecify.annotations.NullMarked;
