/// Finds the nearest vectors. Entry type: [VectorSearch].
///
/// Distances are computed by SIMD in a JVM that runs with `--add-modules jdk.incubator.vector`, and
/// by plain Java without: with the same results.
@NullMarked
package io.quiverdb.core.search;

import org.jspecify.annotations.NullMarked;
