/// Looks at Ratis's log files before Ratis does, so that a write torn by a crash is cut and rot is
/// refused, and makes durable what Ratis does not. Entry types: [LogGuard], [Watermarks],
/// [LogDirectory].
@NullMarked
package io.quiverdb.raft.log;

import org.jspecify.annotations.NullMarked;
