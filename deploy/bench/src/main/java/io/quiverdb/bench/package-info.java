/// Benchmarks: two contestants in turn in one run, medians and ranges, and whether the machine was
/// left alone meanwhile. Entry type: [Contest].
@NullMarked
package io.quiverdb.bench;

import org.jspecify.annotations.NullMarked;
