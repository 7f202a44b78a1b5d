/// Benchmarks of the engine, in one process and stand-alone. Entry type: [EngineBench].
@NullMarked
package io.quiverdb.bench.engine;

import org.jspecify.annotations.NullMarked;
