/// The engine of one shard, as its users see it: points in collections, written through operations,
/// read from immutable views. Entry type: [Store].
///
/// What shows that it holds, beyond `mvn verify`, and prints its figures:
/// - `mvn -pl core verify -Pcrash`: crashes at every call of the storage (`CrashEnumerationTest`),
///   I/O errors at every call of every workload (`StoreIoErrorTest`), every byte flipped and every
///   file cut (`StoreCorruptionTest`), kills (`StoreKillTest`), power cuts (`StorePowerLossTest`);
///   each prints its counts, and without `-Pcrash` takes a sample;
/// - `deploy/bench/run engine`: speed, as ratios to references in the same run, time to open, heap
///   per point, compaction in little heap;
/// - `CanaryTest` (in `raft`): planted strings and vectors that must stand in no file of a cluster;
/// - `mvn -pl core -Pfuzz process-test-classes`: fuzzes the decoders, `-Dfuzz.seconds=N` each;
/// - `mvn -pl core -Ppit process-test-classes`: mutants that the tests let live.
@NullMarked
package io.quiverdb.core;

import org.jspecify.annotations.NullMarked;
