/// The log of a store that keeps its own: makes a write durable before it is applied. Entry types:
/// [WriteAheadLog], [LogRecovery], [GroupCommit].
@NullMarked
package io.quiverdb.core.log;

import org.jspecify.annotations.NullMarked;
