/// Benchmarks of the engine, in one process and stand-alone: `deploy/bench/run engine [--quick]`.
/// Entry type: [EngineBench].
@NullMarked
package io.quiverdb.bench.engine;

import org.jspecify.annotations.NullMarked;
