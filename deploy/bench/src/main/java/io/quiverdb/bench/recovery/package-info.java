/// Benchmarks of what comes after a death: `deploy/bench/run recovery [--quick]`. How long writes
/// stand still when a leader is killed, and how soon a node that is started again, or is new,
/// answers a search.
@NullMarked
package io.quiverdb.bench.recovery;

import org.jspecify.annotations.NullMarked;
