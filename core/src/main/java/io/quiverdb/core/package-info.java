/// The engine of one shard, as its users see it: points in collections, written through operations,
/// read from immutable views. Entry type: [Store].
///
/// What shows that it holds, beyond `mvn verify`, and prints its figures:
/// - `mvn -pl core verify -Pcrash`: crashes at every call of the storage (`CrashEnumerationTest`),
///   I/O errors at every call of every workload (`StoreIoErrorTest`), kills (`StoreKillTest`);
/// - `mvn -pl core -Pfuzz process-test-classes`: fuzzes the decoders, `-Dfuzz.seconds=N` each;
/// - `mvn -pl core -Ppit process-test-classes`: mutants that the tests let live.
@NullMarked
package io.quiverdb.core;

import org.jspecify.annotations.NullMarked;
